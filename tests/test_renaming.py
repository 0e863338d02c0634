"""Renaming: what prompt and answer share, or a document repeats, becomes an invented word at all its places."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny

from llmpipe.config import FinetuneConfig
from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, digest, read_json, write_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Example
from llmpipe.stages import finetune
from llmpipe.tokenizer import Tokenizer
from llmpipe.train.batches import random_stream
from llmpipe.train.renaming import Inventor, copied, repeated, replace_words
from llmpipe.tuning import copies, mixture

ANN = Example(
    "1", "reading", "where", "train", "en",
    {"context": "Annabel lives in Oslo.", "question": "Who lives in Oslo?"}, ("Annabel",),
)  # fmt: skip
TAXI = Example(
    "2", "dialogue", "taxi", "train", "zh",
    {"history": [["user", "我叫李雷，订车票。"], ["assistant", "哪个城市？"], ["user", "北京。"]],
     "slots": {"name": "李雷", "city": "北京"}},
    ("已办好：车票，李雷，北京。",),
)  # fmt: skip
INTENT = Example("3", "classification", "intent", "train", "en", {"text": "play music"}, ("music",))


def draw(index: int = 0) -> np.random.Generator:
    return random_stream(1, "test", index)


def config(**changes: object) -> FinetuneConfig:
    return tiny.params(finetune={"renaming": {"copies": 1, "ratio": 1.0} | changes}).finetune


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return tiny.write_pretrained(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize(
    ("prompt", "answer", "shared"),
    [
        ("Ann saw the fox in 1999, I saw it", "the fox: 1999, it, Ann. foxes", ["the", "fox", "Ann"]),
        ("Ann Annabel", "Annabella", []),  # parts of words are no words
        ("mp3 x2y abc", "mp3 x2y abc", ["abc"]),
        ("我叫李雷，订车票", "已办好：车票，李雷。", ["车票", "李雷"]),
        ("李雷住在北京", "北京有李雷吗", ["北京", "李雷"]),
        ("李雷住在北京", "雷京", []),  # single characters are shared by chance
        ("Élodie и Москва", "Москва, Élodie", ["Москва", "Élodie"]),
    ],
)
def test_words_and_runs_that_prompt_and_answer_share_are_found(prompt: str, answer: str, shared: list[str]):
    assert copied(prompt, answer) == shared


def test_whole_words_and_runs_anywhere_are_replaced():
    new = {"Ann": "Zoq", "Annabel": "Vi", "李雷": "王二", "李雷雷": "丁"}

    assert replace_words("Ann, Annabel and Anna: 李雷和李雷雷", new) == "Zoq, Vi and Anna: 王二和丁"
    assert replace_words("Ann", {}) == "Ann"


def test_invented_words_have_the_script_and_the_capitals_of_the_old_one():
    inventor = Inventor(["small letters here", "Москва мала", "北京和上海"])
    made = {
        like: [inventor.word(like, draw(i)) for i in range(200)] for like in ("Ann", "ann", "ANN", "Москва", "北京")
    }

    assert all(word[0].isupper() and word[1:].islower() for word in made["Ann"])
    assert all(word.islower() for word in made["ann"])
    assert all(word.isupper() for word in made["ANN"])
    assert set("".join(made["ann"])) == set("smallettershere")
    assert set("".join(made["Москва"]).lower()) == set("москвамала")
    assert all(2 <= len(word) <= 3 for word in made["北京"])
    known = sum(set(word) <= set("北京和上海") for word in made["北京"])
    assert 70 < known < 130  # half; the others have characters that no text has
    assert len(set(made["ann"])) > 150
    assert set(inventor.word("Ωμέγα", draw()).lower()) <= set("ωμέγα")  # of a script that the texts have not


def test_a_copy_has_the_invented_word_at_all_places_and_keeps_the_rest():
    found, counts = copies.renamed_copies({"where": [ANN], "taxi": [TAXI], "intent": [INTENT]}, config())
    (person,), (taxi,) = found["where"], found["taxi"]
    new = person.references[0]

    assert counts == {"words": 4}
    assert "intent" not in found  # labels are no names
    assert new != "Annabel"
    assert person.inputs == {"context": f"{new} lives in Oslo.", "question": "Who lives in Oslo?"}
    assert (person.id, person.labels, person.language) == (ANN.id, ANN.labels, "en")
    assert [role for role, _ in taxi.inputs["history"]] == ["user", "assistant", "user"]
    assert taxi.inputs["history"][1] == ["assistant", "哪个城市？"]
    name, city = taxi.inputs["slots"]["name"], taxi.inputs["slots"]["city"]
    assert {name, city}.isdisjoint({"李雷", "北京"})
    assert taxi.inputs["history"][0][1].startswith(f"我叫{name}，订")
    assert taxi.inputs["history"][2] == ["user", f"{city}。"]
    assert taxi.references[0].startswith("已办好：")
    assert taxi.references[0].endswith(f"，{name}，{city}。")
    assert set(copies.renamed_copies({"intent": [INTENT], "taxi": [TAXI]}, config(datasets=["intent"]))[0]) == {
        "intent"
    }


def test_the_words_of_a_copy_depend_on_seed_example_and_number_only():
    """Another example before it changes nothing; another copy or seed does."""
    twice = copies.renamed_copies({"where": [ANN]}, config(copies=2))[0]["where"]
    other = replace(ANN, id="0", inputs={**ANN.inputs, "context": "Annabel left Oslo."})
    behind = copies.renamed_copies({"where": [other, ANN]}, config(copies=2))[0]["where"]

    assert twice[0] != twice[1]
    assert len({copy.references for copy in [*twice, *behind]}) == 4
    assert copies.renamed_copies({"where": [ANN]}, config(copies=2))[0]["where"] == twice


def test_the_ratio_is_the_share_of_words_that_change():
    many = [replace(TAXI, id=str(number)) for number in range(300)]
    found, counts = copies.renamed_copies({"taxi": many}, config(ratio=0.25))

    assert 0.2 < counts["words"] / 900 < 0.3
    assert 0.5 < len(found["taxi"]) / 300 < 0.66  # 1 - .75^3 = .58: unchanged copies are none


def test_nothing_to_rename_and_unknown_data_sets_are_said():
    with pytest.raises(DataError, match="finetune.renaming.copies is 1, but no example shares a word with its answer"):
        copies.renamed_copies({"intent": [INTENT]}, config())
    with pytest.raises(ParamsError, match="finetune.renaming.datasets: unknown data set 'wher': did you mean 'where'"):
        copies.renamed_copies({"where": [ANN]}, config(datasets=["wher"]))
    assert copies.renamed_copies({"where": [ANN]}, config(copies=0)) == ({}, {})


def test_words_that_a_text_repeats_are_found():
    assert repeated("Ann = Bob, Ann; in Rome in Rom") == ["Ann"]
    assert repeated("李雷住在北京。韩梅住在上海，李雷知道。") == ["住在", "李雷"]
    assert repeated("12345 12345 abc1 abc1 李 李") == []


def test_replayed_documents_are_renamed_alike_each_time_and_in_their_share(data: Layout):
    """Of "Ban number 1 lives in Rome. Ban likes Rome a lot." names and towns change, at both places alike."""
    words = Tokenizer.load(data.tokenizer)
    made = {}
    for share in (0.0, 0.5, 1.0):
        settings = {"documents_ratio": 0.5, "steps": 100, "renaming": {"documents": share, "ratio": 1.0}}
        for again in range(2):
            mixed, _ = mixture.with_documents({}, data, words, tiny.params(finetune=settings).finetune)
            source = mixed["documents"]
            made[share, again] = [words.decode(source.sequence(i)[0]) for i in range(len(source.lengths))]
    whole = made[1.0, 0]
    english = [re.fullmatch(r"(\w+) number \d+ lives in (\w+)\.\n(\w+) likes (\w+) a lot\.", text) for text in whole]
    found = [match.groups() for match in english if match]
    originals = set(made[0.0, 0])

    assert made[0.5, 0] == made[0.5, 1]
    assert len(whole) == len(originals) == 200
    assert len(found) == 100
    assert all(a == c and b == d for a, b, c, d in found)
    assert not {name for match in found for name in match} & {*tiny.PEOPLE, *tiny.PLACES}
    assert originals.isdisjoint(whole)
    assert 70 < sum(text in originals for text in made[0.5, 0]) < 130


def test_the_stage_tunes_on_renamed_copies_and_counts_them(
    data: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The same bytes again; without copies other ones, and nothing about them in the metrics."""
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    own = Layout(tmp_path / "data")
    for part in ("tokens", "pretrained", "tokenizer"):
        (own.root / part).parent.mkdir(exist_ok=True)
        (own.root / part).symlink_to(getattr(data, part))
    for split in ("train", "valid"):
        rows = [replace(ANN, id=f"{split}-{number}", split=split) for number in range(12)]
        write_jsonl(own.clean / f"examples/{split}/where.jsonl", rows)
    runs = {}
    for name, copied_times in ("a", 2), ("b", 2), ("none", 0):
        out = Layout(tmp_path / name)
        settings = {"renaming": {"copies": copied_times, "ratio": 1.0}}
        finetune.run(tiny.params(finetune=settings), own, out, Reporter())
        runs[name] = digest(out.finetuned), read_json(out.metrics("finetune"))

    assert runs["a"] == runs["b"]
    assert runs["a"][0] != runs["none"][0]
    assert runs["a"][1]["renamed_copies"] == {"where": 24}
    assert runs["a"][1]["renaming"] == {"words": 24}
    assert runs["a"][1]["examples"] == {"where": 36}
    assert "renaming" not in runs["none"][1]
