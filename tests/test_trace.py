"""`llmpipe trace`: what is near to a test item, and the steps that saw it, against the batches that training drew."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import tiny
from click.testing import CliRunner

from llmpipe import cli
from llmpipe.commands import trace
from llmpipe.commands.trace_page import page
from llmpipe.commands.trace_steps import check_tokens, orders
from llmpipe.corpus.alike import longest_run, terms
from llmpipe.errors import DataError
from llmpipe.files import read_jsonl, read_shards, write_jsonl, write_text
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example
from llmpipe.retrieval.nearest import nearest
from llmpipe.stages import finetune, pretrain
from llmpipe.tokenizer import Tokenizer, TokenShards
from llmpipe.train import loop
from llmpipe.train.batches import Mixture
from llmpipe.train.seen import seen
from llmpipe.tuning import copies, mixture

TUNING = {"train_per_dataset": 20, "documents_ratio": 0.3, "early_stopping": True, "steps": 14}
ITEM = Example("place-T1-0", "translation", "places", "T1", "en-zh", {"source": "Rome 77"}, ("罗马77",))
OTHER = Example("place-T1-10", "translation", "places", "T1", "en-zh", {"source": "Oslo 5"}, ("奥斯陆5",))


class Constant:
    """Sequences whose tokens are all their own number, from 1, so that a batch says what is in it."""

    def __init__(self, lengths, first):
        self.lengths, self.first = np.array(lengths), first

    def sequence(self, index):
        return np.full(self.lengths[index] + 1, self.first + index), 0

    def num_ignored(self, index):
        return 0


@pytest.fixture(scope="module")
def params():
    return tiny.params(finetune=TUNING, pretrain={"steps": 20})


@pytest.fixture(scope="module")
def project(tmp_path_factory, params):
    """A tiny run with what was drawn in each of its steps: {"pretrain": [inputs, ...], "finetune": [...]}."""
    folder = tmp_path_factory.mktemp("trace")
    drawn = {"pretrain": [], "finetune": []}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        patch.chdir(folder)
        data = tiny.write_data(folder / "data")
        for name, stage in (("pretrain", pretrain), ("finetune", finetune)):
            patch.setattr(loop, "prefetched", lambda batches, device, name=name: recorded(batches, drawn[name]))
            stage.run(params, data, data, Reporter())
    write_jsonl(data.clean / "examples/test/places.jsonl", [ITEM, OTHER])
    for model, hypothesis in (("nearest", "利马4"), ("finetuned", "罗马7")):
        said = {"id": ITEM.id, "model": model, "dataset": "places", "test_set": "T1", "hypothesis": hypothesis}
        said |= {"prompt": "Rome 77", "references": ["罗马77"]}
        write_jsonl(data.evaluation / f"predictions/{model}.places.T1.jsonl", [said])
        write_jsonl(
            data.evaluation / f"examples/{model}.places.T1.jsonl",
            [{"id": ITEM.id, "bleu": 12.5, "bleu_statistics": [1, 2]}],
        )
    leak = {"set": "places/T1", "item": ITEM.id, "document": "doc-x", "by": "item", "ngrams": 0, "removed": "leak"}
    write_jsonl(data.clean / "leaks.jsonl", [leak])
    copies = [("doc-0009", f"copy-{i}") for i in range(5)] + [("doc-0001", "copy-9")]
    write_jsonl(
        data.clean / "duplicates.jsonl",
        [{"kept": a, "removed": b, "reason": "near_duplicate", "similarity": 0.83, "cluster": a} for a, b in copies],
    )
    return data, drawn


def recorded(batches, into):
    for batch in batches:
        into.append(batch.inputs.numpy().copy())
        yield batch


def holds(inputs, tokens):
    """Whether a row holds a whole sequence."""
    wanted = np.asarray(tokens)
    return any((row[i : i + len(wanted)] == wanted).all() for row in inputs for i in range(len(row) - len(wanted) + 1))


# --- steps ------------------------------------------------------------------------------------------


def test_the_steps_are_those_whose_batches_held_the_document(project, params):
    """All 200 documents, in pretraining and replayed in tuning, against the tokens that the loop was given."""
    data, drawn = project
    shards = TokenShards(data.tokens / "train")
    told = orders(params, data, ["places"])
    assert not told.unknown

    for order in told.runs:
        found = order.seen([("documents", place) for place in range(shards.num_documents)])
        batches = drawn[order.stage]
        assert order.steps == len(batches)
        for place in range(shards.num_documents):
            tokens = shards.document(place)[:-1]  # the last one is a target only
            steps = tuple(step for step, inputs in enumerate(batches, start=1) if holds(inputs, tokens))
            assert found["documents", place].steps == steps
    assert 0 < sum(not one.steps for one in found.values()) < len(found)  # tuning replays some of them only


def test_the_steps_of_an_example_are_those_that_tuned_on_it(project, params):
    data, drawn = project
    told = orders(params, data, ["places"])
    tokenizer = Tokenizer.load(data.pretrained)
    found = told.runs[1].seen([("places", place) for place in range(20)])

    for example in list(read_jsonl(data.clean / "examples/train/places.jsonl", Example)):
        sequences = mixture.encode([example], tokenizer, 64)[0]
        steps = tuple(s for s, x in enumerate(drawn["finetune"], start=1) if holds(x, sequences.sequence(0)[0][:-1]))
        places = told.examples["places"].get(example.id, [])
        assert steps == tuple(step for place in places for step in found["places", place].steps)
        assert bool(places) == (example.id < "place-train-020")  # train_per_dataset


def test_cut_sequences_count_every_step_that_held_a_part():
    """Sequences longer than a row, of two sources, against the numbers in the batches."""
    lengths = {"a": [5, 37, 8, 70, 16], "b": [9, 3, 41]}
    sources = {"a": Constant(lengths["a"], 1), "b": Constant(lengths["b"], 100)}
    mixture = Mixture(sources, {"a": 0.7, "b": 0.3}, seed=3, context_length=16)
    keys = [(name, index) for name, source in sources.items() for index in range(len(source.lengths))]
    found = seen(mixture, batch_rows=2, num_steps=60, keys=keys)
    batches = [batch.inputs.numpy() for batch, _ in zip(mixture.batches(2), range(60), strict=False)]

    for name, index in keys:
        number = sources[name].first + index
        assert found[name, index].steps == tuple(s for s, x in enumerate(batches, start=1) if (x == number).any())
        assert found[name, index].passes == sum(int((x == number).sum()) for x in batches) / lengths[name][index]
    assert max(one.passes for one in found.values()) > 2


@pytest.mark.parametrize("kind", ["noisy_copies", "renamed_copies"])
def test_copies_and_dropped_examples_keep_their_numbers(project, params, monkeypatch, kind):
    data, _ = project
    kept = mixture.encode
    monkeypatch.setattr(copies, kind, lambda read, config: ({"places": read["places"][::2]}, {}))
    monkeypatch.setattr(  # two examples do not fit
        mixture, "encode", lambda examples, *how: kept([e for e in examples if e.id[-3:] not in ("003", "007")], *how)
    )
    told = orders(params, data, ["places"])
    numbers = sorted(place for places in told.examples["places"].values() for place in places)

    assert numbers == list(range(len(told.runs[-1].mixture.sources["places"].lengths)))
    assert "place-train-003" not in told.examples["places"]
    assert told.examples["places"]["place-train-002"] == [2, 19]


def test_renamed_documents_are_found_under_their_own_number(project):
    """A document "Ban number 17 lives in Rome." keeps its number when its names change; others were not drawn."""
    data, _ = project
    told = orders(tiny.params(finetune=TUNING | {"renaming": {"documents": 1.0, "ratio": 1.0}}), data, ["places"])
    tuning, shards, words = told.runs[-1], TokenShards(data.tokens / "train"), Tokenizer.load(data.tokenizer)
    source = tuning.mixture.sources["documents"]
    found = tuning.seen({("documents", number) for number in range(shards.num_documents)})
    batches = [batch.inputs for batch, _ in zip(tuning.mixture.batches(tuning.rows), range(14), strict=False)]
    steps = {number for (_, number), one in found.items() if one.steps}

    assert 0 < len(found) < shards.num_documents
    for number, place in source.places.items():
        tokens = source.sequence(place)[0]
        texts = words.decode(shards.document(number)), words.decode(tokens)
        assert texts[0] != texts[1]
        assert re.findall(r"\d+", texts[0]) == re.findall(r"\d+", texts[1])
        seen_in = {i for i, inputs in enumerate(batches, start=1) if runs_in(tokens[:-1], inputs)}
        assert seen_in == set(found["documents", number].steps)
    assert steps


def runs_in(tokens, inputs):
    """Whether a row of (B, T) holds these tokens side by side."""
    size = len(tokens)
    return any((row[i : i + size] == tokens).all() for row in inputs.numpy() for i in range(row.size - size + 1))


def test_questions_asked_again_count_with_their_example(project, params, monkeypatch):
    data, _ = project

    def again(params, data, read, valid):
        return {"places": [replace(e, id=f"{e.id}#retrieved") for e in read["places"][:3]]}, valid, {}

    monkeypatch.setattr(copies, "with_retrieved", again)
    told = orders(params, data, ["places"])

    assert told.examples["places"]["place-train-002"] == [2, 22]
    assert sorted(place for places in told.examples["places"].values() for place in places) == list(
        range(len(told.runs[-1].mixture.sources["places"].lengths))
    )


def test_tokens_of_another_text_are_noticed(project):
    data, _ = project
    with pytest.raises(DataError, match="does not hold 'new' as document 3: .* run the encode stage again"):
        check_tokens({3: Document("new", "Nobody wrote this.")}, data)


@pytest.mark.parametrize(
    ("section", "changes", "why"),
    [
        ("pretrain", {"steps": 19}, "ran with other steps"),
        ("finetune", {"batch_tokens": 512}, "ran with other steps"),
    ],
)
def test_steps_are_not_told_from_other_parameters(project, section, changes, why):
    data, _ = project
    values = {"finetune": TUNING, "pretrain": {"steps": 20}}
    told = orders(tiny.params(**values | {section: values[section] | changes}), data, [])

    assert why in told.unknown[section]
    assert [run.stage for run in told.runs] == [name for name in ("pretrain", "finetune") if name != section]


def test_steps_are_not_told_when_dvc_lock_has_other_parameters(project, params, monkeypatch):
    monkeypatch.setattr("llmpipe.tracking.is_locked", lambda path: True)
    monkeypatch.setattr("llmpipe.tracking.ran_with_others", lambda stage, values: stage == "finetune")
    told = orders(params, project[0], [])

    assert list(told.unknown) == ["finetune"]
    assert "other parameters than these (dvc.lock); give the right ones with --params" in told.unknown["finetune"]


def test_a_control_without_pretraining_has_no_steps_of_it(project):
    told = orders(tiny.params(finetune=TUNING | {"base": "random"}, pretrain={"steps": 20}), project[0], [])

    assert told.unknown == {"pretrain": "the tuned model starts from random weights"}


# --- what is near -----------------------------------------------------------------------------------


def test_a_ranking_is_that_of_bm25_by_hand():
    """Lucene's formula: ln(1 + (N - df + .5) / (df + .5)) * tf / (tf + k1 (1 - b + b length / mean))."""
    texts = [["the", "cat", "sat"], ["the", "dog"], ["a", "cat", "and", "a", "cat"], ["bird"]]
    (first, high), (second, low) = nearest(texts, ["cat", "unheard"], 3)
    idf, mean = np.log(1 + 2.5 / 2.5), 11 / 4

    assert (first, second) == (2, 0)
    assert high == pytest.approx(idf * 2 / (2 + 1.5 * (0.25 + 0.75 * 5 / mean)), rel=1e-5)
    assert low == pytest.approx(idf * 1 / (1 + 1.5 * (0.25 + 0.75 * 3 / mean)), rel=1e-5)
    assert nearest(texts, ["nothing"], 3) == nearest([], ["cat"], 3) == nearest([[]], ["cat"], 3) == []


def test_terms_are_words_and_pairs_of_han_characters():
    assert terms("Rome, 罗马很美。") == ["rome", "罗", "马", "很", "美", "罗马", "马很", "很美"]


@pytest.mark.parametrize(
    ("sought", "text", "words", "run"),
    [
        (["Gim lives in Rome."], "Today Gim lives, in ROME!", 4, "Gim lives, in ROME"),
        (["他住在罗马，很好"], "第3号居民住在罗马。", 4, "住在罗马"),
        (["one two", "three four five"], "two three four", 2, "three four"),
        (["Straße 5 b"], "die Straße 5", 2, "strasse 5"),
        (["snake_case x"], "a snake_case x", 3, "snake_case x"),
        (["nothing"], "at all", 0, ""),
    ],
)
def test_the_longest_run_is_shown_as_the_text_writes_it(sought, text, words, run):
    found = longest_run(sought, text)

    assert (found.words, found.text) == (words, run)


def test_an_item_is_told_with_answers_leaks_copies_and_steps(project, params):
    data, _ = project
    traced = trace.trace(params, data, item="place-T1-0", k=3)
    story = page(traced, full=False)

    assert [said.model for said in traced.said] == ["finetuned", "nearest"]
    assert traced.said[0].scores == {"bleu": 12.5}
    assert traced.num_documents == 200
    assert traced.num_examples == 24
    assert "罗马" in traced.examples[0].text
    assert "FLAGGED: 1 raw documents held it" in story
    assert "doc-x (item): removed, leak" in story
    assert "tuning took the first 20 examples" in story
    assert set(traced.examples[0].seen) == {"finetune"}
    assert set(traced.documents[0].seen) == {"pretrain", "finetune"}


def test_a_text_is_traced_to_its_own_document_in_both_languages(project, params):
    data, _ = project
    for document in list(read_shards(data.clean / "train", Document))[8:10]:
        traced = trace.trace(params, data, text=document.text, k=2)
        assert traced.documents[0].id == document.id
        assert traced.documents[0].run == document.text.rstrip("。.")
        assert traced.documents[0].holds_answer is None
    assert traced.documents[0].num_copies == 5
    assert "cleaning removed 5: copy-0 (near_duplicate 0.83), copy-1 (near_duplicate 0.83)" in page(traced, full=True)


def test_documents_in_several_blocks_are_ranked_together(project, params, monkeypatch):
    data, _ = project
    text = "Ban number 9 lives in Rome."
    whole = trace.trace(params, data, text=text, k=4)
    monkeypatch.setattr(trace, "BLOCK_BYTES", 1)
    monkeypatch.setattr(trace, "byte_ranges", lambda paths, size, cut=trace.byte_ranges: cut(paths, 3000))
    blocks = trace.trace(params, data, text=text, k=4)

    assert blocks.num_documents == whole.num_documents
    assert blocks.documents[0].id == whole.documents[0].id
    assert blocks.documents[0].seen == whole.documents[0].seen


# --- names, and the command line --------------------------------------------------------------------


def test_an_item_is_found_by_id_by_full_name_and_by_a_beginning(project):
    data, _ = project
    names = ["place-T1-0", "places/T1:place-T1-0", "place-T1-1", "places/T1:place-T1-1"]

    assert [trace.find(name, data).id for name in names] == [ITEM.id, ITEM.id, OTHER.id, OTHER.id]


def test_an_unknown_or_ambiguous_name_lists_near_ones(project):
    data, _ = project
    with pytest.raises(DataError, match=r"called 'place-T2-0'; nearest: places/T1:place-T1-0, .* --text"):
        trace.find("place-T2-0", data)
    with pytest.raises(DataError, match=r"'places/T1' is the beginning of 2 test examples: places/T1:place-T1-0, "):
        trace.find("places/T1", data)


@pytest.fixture
def call(project, tmp_path):
    values = {"ingest": {"sources": [{"kind": "world"}]}, "clean": {}, "evaluate": {}, "transfer": {}, "report": {}}
    changes = {"finetune": TUNING, "pretrain": {"steps": 20}}
    values |= {name: section | changes.get(name, {}) for name, section in tiny.PARAMS.items()}
    write_text(tmp_path / "params.yaml", json.dumps(values))
    places = ["--params", str(tmp_path / "params.yaml"), "--data", str(project[0].root)]
    return lambda *arguments, **more: CliRunner().invoke(cli.main, ["trace", *arguments, *places], **more)


def test_the_command_prints_text_and_json(call):
    shown, told = call("place-T1-0", "-k", "1"), call("place-T1-0", "-k", "1", "--json")

    assert shown.exit_code == 0, shown.output
    assert "Nearest training documents of 200" in shown.output
    assert json.loads(told.output)["documents"][0]["seen"]["pretrain"]["steps"]
    assert json.loads(told.output)["item"]["id"] == "place-T1-0"


def test_a_text_may_come_from_standard_input(call):
    assert "doc-0008" in call("--text", "-", "-k", "1", input="第8号居民住在罗马，很喜欢罗马。").output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "give either an ITEM"),
        (["place-T1-0", "--text", "x"], 2, "give either an ITEM"),
        (["--text", " …"], 1, "has no word to look for"),
        (["nobody"], 1, "no test example of"),
    ],
)
def test_wrong_use_is_one_sentence(call, arguments, code, message):
    result = call(*arguments)

    assert result.exit_code == code
    assert message in result.output
