"""The tokenizer loses nothing, is the same bytes for the same text, and its Hugging Face form gives the same ids."""

import io
import json
import random
from pathlib import Path

import numpy as np
import pytest
import sentencepiece

from llmpipe.config import TokenizerConfig, validate
from llmpipe.errors import CheckpointError, DataError
from llmpipe.files import Layout, digest, read_json, write_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.stages import tokenizer as stage
from llmpipe.tokenizer import IncrementalDecoder, TextStream, Tokenizer, spans
from llmpipe.tokenizer.checks import HARD_STRINGS, Conversion, RoundTrip, random_strings
from llmpipe.tokenizer.measure import Usage, composition
from llmpipe.tokenizer.pieces import HAN_CHARACTER, SPECIAL
from llmpipe.tokenizer.spans import SpanEncoder
from llmpipe.tokenizer.tokenizer import FILES, scalar_values
from llmpipe.tokenizer.training import sample_lines, train

SHARED = Path(__file__).parents[2] / "shared/data"
NAMES = ["Alice", "Bob", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hugo"]
PLACES = {"Paris": "巴黎", "Rome": "罗马", "Lima": "利马", "Oslo": "奥斯陆", "Quito": "基多"}
WORDS = ["quietly", "reading", "history", "morning", "garden", "number", "teacher", "weather", "planned", "journey"]


def corpus(count: int = 300) -> list[Document]:
    """Documents of several lines in English and Chinese, with code, digits and runs of spaces."""
    draw = random.Random(7)
    documents = []
    for i in range(count):
        place, chinese = draw.choice(list(PLACES.items()))
        name, words = draw.choice(NAMES), " ".join(draw.sample(WORDS, 4))
        lines = [
            [f"{name} lives in {place}, house {i}.", f"She was {words}!", "    if x == 1:", f"\treturn {i} ** 2"],
            [
                f"第{i}号居民住在{chinese}，很喜欢{chinese}。",
                f"「{chinese}」的天气：晴天；气温{draw.randint(0, 40)}度？",
            ],
        ][i % 2]
        documents.append(Document(f"d{i}", "\n".join(lines), "zh" if i % 2 else "en", "test"))
    return documents


def train_on(documents: list[Document], **config: object) -> bytes:
    values = TokenizerConfig.model_validate({"vocab_size": 480, "character_coverage": 1.0} | config)
    return train(sample_lines(documents, 1.0, values.seed), values)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(train_on(corpus()))


def run_stage(folder: Path, documents: list[Document], valid: list[Document], **config: object) -> Layout:
    data = Layout(folder)
    write_jsonl(data.clean / "train" / "00000.jsonl", documents)
    write_jsonl(data.clean / "valid" / "00000.jsonl", valid)
    params = validate({"tokenizer": {"vocab_size": 480, "character_coverage": 1.0} | config}, ["tokenizer"])
    stage.run(params, data, data, Reporter())
    return data


def test_special_pieces_have_the_ids_that_models_rely_on(tokenizer):
    assert SPECIAL == ("<unk>", "<s>", "</s>", "<pad>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
    assert (tokenizer.unk_id, tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id, tokenizer.end_id) == (0, 1, 2, 3, 7)
    assert tokenizer.role_ids == {"system": 4, "user": 5, "assistant": 6}
    assert tokenizer.vocabulary[8 + 0x0A] == "<0x0A>"
    assert tokenizer.vocab_size == 480


@pytest.mark.parametrize("text", HARD_STRINGS, ids=range(len(HARD_STRINGS)))
def test_hard_strings_survive(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_every_unicode_character_survives_but_one(tokenizer):
    """U+2581 is what SentencePiece calls a space; clean neutralises it."""
    characters = [chr(i) for i in range(0x110000) if not 0xD800 <= i < 0xE000]
    chunks = ["a".join(characters[i : i + 4096]) for i in range(0, len(characters), 4096)]

    lost = [a for text in chunks for a, b in zip(text, tokenizer.decode(tokenizer.encode(text)), strict=True) if a != b]

    assert lost == ["\u2581"]


def test_lone_surrogates_become_replacement_characters_instead_of_an_error(tokenizer):
    assert tokenizer.decode(tokenizer.encode("a\ud800b\ud83d\ude00")) == "a\ufffdb😀"


def test_a_failed_round_trip_is_told_from_the_known_one(tokenizer):
    trip = RoundTrip()
    trip.add(tokenizer, ["a\u2581b", "fine"], tokenizer.encode_batch(["a\u2581b", "fine"]))
    trip.add(tokenizer, ["good"], tokenizer.encode_batch(["goods"]))

    assert (trip.texts, trip.spaces_from_2581, trip.failures) == (3, 1, ["good"])


def test_training_twice_gives_the_same_bytes(tokenizer):
    again = train_on(corpus())
    assert again == tokenizer.model
    assert str(Path.cwd()).encode() not in again


def test_the_digest_is_of_the_vocabulary(tokenizer):
    assert Tokenizer(tokenizer.model).digest == tokenizer.digest
    assert Tokenizer(train_on(corpus(), vocab_size=470)).digest != tokenizer.digest


def test_every_han_character_is_a_piece_of_its_own(tokenizer):
    joined = Tokenizer(train_on(corpus(), single_han=False))

    def with_han(model: Tokenizer) -> list[str]:
        return [piece for piece in model.vocabulary if HAN_CHARACTER.search(piece)]

    assert all(len(piece) == 1 for piece in with_han(tokenizer))
    assert any(len(piece) > 1 for piece in with_han(joined))
    assert tokenizer.pieces("住在巴黎，很") == ["住", "在", "巴", "黎", "，", "很"]


def test_digits_are_single_and_spaces_group(tokenizer):
    assert tokenizer.pieces("1234") == ["1", "2", "3", "4"]
    assert tokenizer.pieces("    if x") == ["    ", *tokenizer.pieces("if x")]
    assert [piece for piece in tokenizer.vocabulary[264:] if any(c.isdigit() for c in piece) and len(piece) > 1] == []


def test_a_newline_is_one_byte_token_and_role_names_in_text_are_text(tokenizer):
    assert tokenizer.encode("\n") == [8 + 0x0A]
    for text in ("<|user|>hi<|end|>", "<s></s><unk><pad>", "\n<|assistant|>\n"):
        assert min(tokenizer.encode(text)) >= len(SPECIAL)


def test_documents_prompts_and_completions_are_built_by_id(tokenizer):
    hi, yo, at_start = map(tokenizer.encode, (" Alice <|end|>", " Rome", "Rome"))

    assert tokenizer.document("Rome") == [1, *at_start, 2]
    assert tokenizer.prompt([("user", "Alice <|end|>"), ("assistant", "Rome"), ("user", "")]) == [
        1,
        5,
        *hi,
        7,
        6,
        *yo,
        7,
        5,
        7,
        6,
    ]
    assert tokenizer.completion("Rome") == [*yo, 7]
    assert [ids.tolist() for ids in tokenizer.documents(["Rome", ""])] == [[1, *at_start, 2], [1, 2]]
    with pytest.raises(DataError, match="unknown role 'usr': did you mean 'user'"):
        tokenizer.prompt([("usr", "hello")])


MESSAGES = {"Rome": " Rome", "Été": " Été", "«a»": " «a»", "7": " 7", " a": "  a", "서울": " 서울", "": ""}
MESSAGES |= {text: text for text in ("罗马", "ローマ", "「a」", "，", "𠀀", "😀")}


def test_a_message_has_the_space_that_its_script_writes_before_a_word(tokenizer):
    for message, text in MESSAGES.items():
        assert tokenizer.completion(message) == [*tokenizer.encode(text), 7]
        assert tokenizer.prompt([("user", message)]) == [1, 5, *tokenizer.encode(text), 7, 6]
        stream = TextStream(tokenizer, is_message=True)
        assert "".join([*map(stream.push, tokenizer.encode(text)), stream.flush()]) == message


def test_a_batch_equals_its_texts_one_by_one(tokenizer):
    texts = [document.text for document in corpus(100)]
    one_by_one = [tokenizer.encode(text) for text in texts]

    assert tokenizer.encode_batch(texts) == one_by_one
    assert [ids[1:-1].tolist() for ids in tokenizer.documents(texts)] == one_by_one


def test_incremental_decoding_equals_decoding_at_once(tokenizer):
    """On text outside the vocabulary, and on random ids with broken characters and special tokens."""
    draw = random.Random(3)
    sequences = [tokenizer.encode(text) for text in HARD_STRINGS]
    sequences += [[draw.randrange(264 if i % 2 else 480) for _ in range(40)] for i in range(300)]
    sequences += [
        [8 + draw.choice([0xE4, 0xBD, 0xA0, 0xF0, 0xED, 0x9F, 0xC2, 0x80]) for _ in range(40)] for _ in range(300)
    ]
    for ids in sequences:
        decoder = IncrementalDecoder(tokenizer)
        parts = [decoder.push(i) for i in ids]
        assert "".join(parts) + decoder.flush() == tokenizer.decode(ids)


def test_incremental_decoding_never_shows_half_a_character(tokenizer):
    decoder = IncrementalDecoder(tokenizer)
    assert [decoder.push(i) for i in tokenizer.encode("😀")] == ["", "", "", "😀"]
    assert decoder.push(8 + 0xF0) == ""
    assert decoder.flush() == "\ufffd"


def streamed(tokenizer: Tokenizer, ids: list[int], stops: list[str]) -> list[str]:
    stream = TextStream(tokenizer, stops)
    return [*(stream.push(i) for i in ids), stream.flush()]


@pytest.mark.parametrize(
    ("text", "stops", "kept"),
    [
        ("one\n\ntwo", ["\n\n"], "one"),
        ("你好。再见", ["。"], "你好"),
        ("a😀b😁c", ["😁"], "a😀b"),  # 😀 and 😁 differ in their last byte alone
        ("abcx", ["abcd", "c"], "ab"),
        ("abcd", ["abcd", "c"], ""),  # the one that begins first, though the other was complete before
        ("END", ["END!"], "END"),
        ("aab", ["ab", ""], "a"),
        ("text", [], "text"),
    ],
)
def test_text_ends_before_the_first_stop_string(tokenizer, text, stops, kept):
    assert "".join(streamed(tokenizer, tokenizer.encode(text), stops)) == kept


def test_no_part_of_a_stop_string_or_character_is_shown(tokenizer):
    """Whatever the stops, all that has been shown stays: it begins the text that is cut at the first stop."""
    draw = random.Random(4)
    for _ in range(500):
        text = "".join(draw.choice("ab你好😀😁\n") for _ in range(20))
        stops = ["".join(draw.choice("ab你好😀😁\n") for _ in range(draw.randint(1, 4))) for _ in range(3)]
        kept = text[: min((text.find(stop) for stop in stops if stop in text), default=len(text))]

        parts = streamed(tokenizer, tokenizer.encode(text), stops)

        assert "".join(parts) == kept
        assert "\ufffd" not in "".join(parts)


# --- spans: what is encoded once and looked up afterwards -------------------------------------------

SEAMS = [
    "▁",
    " ▁",
    "▁ ",
    "\x1f",
    "\u0301",
    "\u200d",
    "\n\n",
    "\r\n",
    "\t",
    "１",
    "9",
    "99",
    "Rome",
    " Rome",
    "ome",
    "aaaa",
]


def seam_strings(count: int, seed: int) -> list[str]:
    """Random strings, and every hard one, with what may join across a seam between them."""
    draw = random.Random(seed)
    parts = [*random_strings(count, seed), *HARD_STRINGS, *SPECIAL, "居民住在", "巴黎", "<0x41>", "𠮷"]
    return ["".join(draw.choice(SEAMS if draw.random() < 0.5 else parts) for _ in range(4)) for _ in range(count)]


def processor(**options: object) -> sentencepiece.SentencePieceProcessor:
    """A model of the corpus with other options than ours."""
    model = io.BytesIO()
    lines = [line for document in corpus() for line in document.text.split("\n")]
    defaults = {"vocab_size": 480, "character_coverage": 1.0, "byte_fallback": True, "add_dummy_prefix": False}
    defaults |= {"normalization_rule_name": "identity", "remove_extra_whitespaces": False, "model_type": "bpe"}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, minloglevel=2, **(defaults | options)
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def assert_same_ids(model: sentencepiece.SentencePieceProcessor, texts: list[str], encoder: SpanEncoder) -> None:
    ids, lengths = encoder.documents(texts)
    whole = model.encode(texts, add_bos=True, add_eos=True)
    ends = np.cumsum(lengths).tolist()

    assert [ids[start:end].tolist() for start, end in zip([0, *ends], ends, strict=False)] == whole


MODELS = {
    "ours": {"allow_whitespace_only_pieces": True, "split_digits": True},
    "few pieces": {"vocab_size": 360},
    "many pieces": {"vocab_size": 900},
    "user symbols": {"user_defined_symbols": ["\n", "Rome", "me ", "巴黎", "aa", "▁▁x"]},
    "spaces inside pieces": {"split_by_whitespace": False, "vocab_size": 700},
    "spaces after words": {"treat_whitespace_as_suffix": True},
    "pieces of any kind": {
        "split_by_whitespace": False, "split_by_unicode_script": False, "split_by_number": False, "vocab_size": 900,
    },
    "unknown characters": {"byte_fallback": False, "character_coverage": 0.98, "vocab_size": 230},
    "changed characters": {"normalization_rule_name": "nmt_nfkc"},
    "a space before": {"add_dummy_prefix": True},
    "spaces taken away": {"remove_extra_whitespaces": True},
}  # fmt: skip


@pytest.mark.parametrize("options", MODELS.values(), ids=MODELS.keys())
def test_spans_have_the_ids_of_the_whole_text_whatever_the_model(options):
    model = processor(**options)
    texts = ["", *seam_strings(1500, 1), *(document.text for document in corpus(100))]
    assert_same_ids(model, texts, SpanEncoder(model, model.bos_id(), model.eos_id()))


@pytest.mark.parametrize("single_han", [True, False])
@pytest.mark.parametrize("vocab_size", [420, 620])
def test_documents_have_the_ids_of_encode_for_our_models(single_han, vocab_size):
    model = Tokenizer(train_on(corpus(), single_han=single_han, vocab_size=vocab_size))
    texts = [scalar_values(text) for text in ["", "a\ud800b", *seam_strings(3000, 2)]]

    assert [ids[1:-1].tolist() for ids in model.documents(texts)] == model.encode_batch(texts)


def test_a_text_is_cut_into_words_and_han_characters(tokenizer, monkeypatch):
    """Else it would be exact but slow. A space leads its word; digits and unknown characters stand alone."""
    encoder = SpanEncoder(tokenizer._processor, 1, 2)
    learned = []
    learn = encoder._learn
    monkeypatch.setattr(encoder, "_learn", lambda new: learned.extend(new) or learn(new))
    encoder.documents(["garden planned 住在巴黎\n2024 ж"])

    assert sorted(learned) == sorted([*"\n024住在巴黎ж ", "garden", " planned"])


def test_windows_and_forgetting_change_no_id(tokenizer, monkeypatch):
    texts = [*seam_strings(300, 3), "a" * 500, "".join(seam_strings(100, 4))]
    expected = [ids.tolist() for ids in tokenizer.documents(texts)]
    for characters, kept in ((7, 10), (64, 2**18), (1000, 100)):
        monkeypatch.setattr(spans, "WINDOW_CHARACTERS", characters)
        monkeypatch.setattr(spans, "MAX_SPANS", kept)
        fresh = Tokenizer(tokenizer.model)
        assert [ids.tolist() for ids in fresh.documents(texts)] == expected
        assert len(fresh._spans._numbers) <= kept + characters + 600


def test_no_documents_are_no_ids(tokenizer):
    ids, lengths = tokenizer.block([])
    assert (len(ids), len(lengths), tokenizer.documents([])) == (0, 0, [])


# --- the Hugging Face form --------------------------------------------------------------------------


def test_tokenizer_json_gives_the_same_ids_on_random_strings(tokenizer):
    texts = random_strings(5000)
    Conversion(tokenizer).check(texts, tokenizer.encode_batch(texts))


def test_tokenizer_json_gives_the_same_ids_on_periodic_text():
    """Where several pairs give the same piece ("aa" + "a", "a" + "aa"), the order of merges shows."""
    draw = random.Random(5)

    def periodic() -> str:
        return "".join(
            draw.choice(["a", "b", "=", " ", "哈", "ab", "-"][: draw.randint(1, 7)]) for _ in range(draw.randint(1, 40))
        )

    model = Tokenizer(train_on([Document(str(i), periodic()) for i in range(2000)], vocab_size=500, single_han=False))
    texts = [periodic() + periodic() for _ in range(3000)]
    Conversion(model).check(texts, model.encode_batch(texts))


def test_a_wrong_tokenizer_json_is_noticed(tokenizer):
    other = Tokenizer(train_on(corpus(100), vocab_size=450))
    with pytest.raises(DataError, match=r"tokenizer\.json would give other token ids .* for 'Alice lives in Quito'"):
        Conversion(other).check(["Alice lives in Quito"], tokenizer.encode_batch(["Alice lives in Quito"]))


def test_the_chat_template_renders_the_prompt_in_transformers(tokenizer, tmp_path):
    """Also beside a config.json of the architecture we export, which makes AutoTokenizer choose its own classes."""
    transformers = pytest.importorskip("transformers")
    tokenizer.save(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"]}))
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    messages = [("system", "Be  kind.\n"), ("user", " Alice 巴黎 😀 "), ("assistant", "Rome\n\n"), ("user", "你好")]
    chat = [{"role": role, "content": content} for role, content in messages]

    assert theirs.apply_chat_template(chat, add_generation_prompt=True)["input_ids"] == tokenizer.prompt(messages)
    for message in MESSAGES:
        asked = theirs.apply_chat_template([{"role": "user", "content": message}], add_generation_prompt=True)
        assert asked["input_ids"] == tokenizer.prompt([("user", message)])
    assert theirs("Rome 巴黎")["input_ids"] == tokenizer.document("Rome 巴黎")[:-1]
    assert theirs.decode(tokenizer.encode(" Alice  巴黎\n😀")) == " Alice  巴黎\n😀"
    assert (theirs.bos_token_id, theirs.eos_token_id, theirs.pad_token_id, theirs.unk_token_id) == (1, 2, 3, 0)
    assert theirs.padding_side == "left"
    mask = theirs.apply_chat_template(chat, return_assistant_tokens_mask=True, return_dict=True)["assistant_masks"]
    assert sum(mask) == len(tokenizer.completion("Rome\n\n"))


# --- saving, loading, and what can be wrong ---------------------------------------------------------


def test_a_saved_tokenizer_loads_and_saves_the_same_files(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "a")
    Tokenizer.load(tmp_path / "a").save(tmp_path / "b")

    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(FILES)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    assert (tmp_path / "a/tokenizer.vocab").read_text(encoding="utf-8").startswith("<unk>\t0\n<s>\t0\n")


def test_a_missing_or_foreign_model_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match=r"tokenizer\.model is missing; run `dvc repro tokenizer`"):
        Tokenizer.load(tmp_path)
    (tmp_path / "tokenizer.model").write_bytes(b"not a model")
    with pytest.raises(CheckpointError, match=r"tokenizer\.model: the model cannot be read"):
        Tokenizer.load(tmp_path)
    foreign = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["hello world"]), model_writer=foreign, vocab_size=11, minloglevel=2
    )
    (tmp_path / "tokenizer.model").write_bytes(foreign.getvalue())
    with pytest.raises(CheckpointError, match="was not made by the tokenizer stage"):
        Tokenizer.load(tmp_path)


@pytest.mark.parametrize("vocab_size", [1, 8, 265])
def test_a_vocabulary_without_room_for_the_bytes_is_refused(vocab_size):
    with pytest.raises(DataError, match=rf"tokenizer.vocab_size is {vocab_size}, but .* "):
        train_on(corpus(10), vocab_size=vocab_size)


def test_a_corpus_too_small_for_the_vocabulary_names_the_largest_possible_size():
    documents = [Document("a", "hello world, hello you")]
    with pytest.raises(
        DataError, match=r"vocab_size is 5000, .* enough for (\d+) pieces at most; set .* or less"
    ) as caught:
        train_on(documents, vocab_size=5000)
    largest = int(str(caught.value).split("enough for ")[1].split()[0])
    assert Tokenizer(train_on(documents, vocab_size=largest)).vocab_size == largest
    with pytest.raises(DataError, match=rf"enough for {largest} pieces"):
        train_on(documents, vocab_size=largest + 1)


def test_a_vocabulary_too_small_for_the_characters_names_their_number():
    with pytest.raises(
        DataError, match=r"vocab_size is 270, .* are \d+ already; .* lower tokenizer.character_coverage \(1.0\)"
    ):
        train_on(corpus(), vocab_size=270)


def test_no_text_is_an_error():
    with pytest.raises(DataError, match="holds no text to train a tokenizer on"):
        train_on([Document("a", "\n\n")])


def test_lines_longer_than_sentencepiece_takes_are_trained_on():
    """SentencePiece alone drops a line of this length."""
    long = Tokenizer(train_on([Document("a", "abcdefgh" * 150_000)], vocab_size=280))
    assert "abcdefgh" in long.vocabulary


def test_sampling_takes_about_the_share_asked_and_moves_no_other_line():
    documents = corpus(1000)
    everything = list(sample_lines(documents, 1.0, seed=1))
    half = list(sample_lines(documents, 0.5, seed=1))

    assert everything == [line for document in documents for line in document.text.split("\n")]
    assert 0.45 < len(half) / len(everything) < 0.55
    assert (
        list(sample_lines(documents[:500], 0.5, seed=1))
        == half[: len(list(sample_lines(documents[:500], 0.5, seed=1)))]
    )
    assert list(sample_lines(documents, 0.5, seed=2)) != half
    long = [Document("long", "ab" * 2_000_000)]  # one line of 4 million characters is sampled too
    assert 0.4 < sum(map(len, sample_lines(long, 0.5, seed=1))) / 4_000_000 < 0.6
    one = [Document("all", "\n".join(everything))]  # a single long document is sampled too
    assert 0.45 < len(list(sample_lines(one, 0.5, seed=1))) / len(everything) < 0.55


def test_usage_counts_han_characters_as_words(tokenizer):
    usage = Usage()
    text = "Rome 巴黎,\n2020"
    usage.add(text, tokenizer.documents([text])[0][1:-1])

    assert (usage.documents, usage.words, usage.bytes) == (1, 4, 17)
    assert usage.newlines == 1
    assert usage.byte_tokens == 1  # the newline
    assert usage.summary()["byte_fallback_ratio"] == 0.0


def test_the_composition_counts_every_piece_once(tokenizer):
    counts = composition(tokenizer)
    assert sum(counts.values()) == tokenizer.vocab_size
    assert (counts["special"], counts["byte"], counts["digit"]) == (8, 256, 10)
    assert counts["han"] == len({c for d in corpus() for c in d.text if HAN_CHARACTER.match(c)})


# --- the stage --------------------------------------------------------------------------------------


def test_the_stage_writes_the_same_folder_and_metrics_twice(tmp_path):
    documents = corpus()
    first = run_stage(tmp_path / "a", documents, documents[:40])
    second = run_stage(tmp_path / "b", documents, documents[:40])

    assert sorted(path.name for path in first.tokenizer.iterdir()) == sorted([*FILES, "report.json"])
    assert digest(first.tokenizer) == digest(second.tokenizer)
    metrics = read_json(first.metrics("tokenizer"))
    assert metrics == read_json(second.metrics("tokenizer"))
    assert metrics["round_trip"] == {"texts": 40 + len(HARD_STRINGS), "failures": 0, "spaces_from_2581": 0}
    assert metrics["tokenizer_json"] == {"texts": 40 + len(HARD_STRINGS), "mismatches": 0}
    assert set(metrics["valid"]["languages"]) == {"en", "zh"}
    assert metrics["training"]["lines"] == sum(document.text.count("\n") + 1 for document in documents)
    assert metrics["valid"]["all"]["bytes"] == sum(len(document.text.encode()) for document in documents[:40])


def test_the_stage_samples_above_max_bytes(tmp_path):
    documents = corpus(600)
    data = run_stage(tmp_path, documents, documents[:4], max_bytes=20_000, vocab_size=400)
    training = read_json(data.metrics("tokenizer"))["training"]

    assert training["available_bytes"] == sum(len(document.text.encode()) for document in documents)
    assert 15_000 < training["bytes"] < 25_000


def test_the_stage_counts_the_known_loss_and_stops_on_any_other(tmp_path, monkeypatch):
    documents = corpus()
    data = run_stage(tmp_path, documents, [Document("v", "a \u2581 b", "en")])
    assert read_json(data.metrics("tokenizer"))["round_trip"]["spaces_from_2581"] == 1

    monkeypatch.setattr(Tokenizer, "decode", lambda self, ids: "?")
    with pytest.raises(DataError, match="do not survive encoding and decoding"):
        run_stage(tmp_path, documents, documents[:1])


def test_an_empty_valid_split_is_measured_as_nothing(tmp_path):
    data = run_stage(tmp_path, corpus(), [])
    assert read_json(data.metrics("tokenizer"))["valid"]["all"]["documents"] == 0


@pytest.mark.skipif(not SHARED.exists(), reason="shared/data is not beside the checkout")
def test_wikipedia_survives_and_has_the_same_ids_in_both_forms():
    def read(name: str, split: str, count: int) -> list[Document]:
        lines = (SHARED / name / f"{split}.jsonl").read_text(encoding="utf-8").split("\n")[:count]
        return [Document(f"{name}{i}", json.loads(line)["text"]) for i, line in enumerate(lines) if line]

    model = Tokenizer(
        train_on(
            read("lm_enwiki", "train", 150) + read("lm_zhwiki", "train", 150), vocab_size=4000, character_coverage=0.999
        )
    )
    texts = [d.text for d in read("lm_enwiki", "valid", 31) + read("lm_zhwiki", "valid", 54)]
    ids = model.encode_batch(texts)

    assert [model.decode(i) for i in ids] == texts
    assert [document[1:-1].tolist() for document in model.documents(texts)] == ids
    Conversion(model).check(texts, ids)
