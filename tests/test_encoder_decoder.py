"""The encoder-decoder: who sees whom, sizes, training and greedy answers; and what the stage makes of it."""

from pathlib import Path
from typing import Any

import pytest
import tiny
import torch

from llmpipe import config, tasks
from llmpipe.baselines import answers
from llmpipe.baselines.parallel import sentence_pairs
from llmpipe.config import ModelConfig, OptimizerConfig, Params
from llmpipe.errors import DataError
from llmpipe.files import Layout, digest, read_json, read_jsonl, write_jsonl
from llmpipe.model.encoder_decoder import EncoderDecoder, count_parameters, packed_left, sizes
from llmpipe.model.flops import encoder_decoder_flops_per_token, lstm_flops_per_token, training_flops_per_token
from llmpipe.model.lstm import Lstm
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example
from llmpipe.stages import baselines
from llmpipe.tokenizer import Tokenizer
from llmpipe.train import translation
from llmpipe.train.batches import ExampleSequences, Mixture
from llmpipe.train.checkpoint import Checkpoints
from llmpipe.train.device import Device
from llmpipe.train.loop import Run, train

ROOT = Path(__file__).parents[1]
SIZES: dict[str, Any] = {
    "model_dim": 24, "num_layers": 2, "num_heads": 2, "num_kv_heads": 1, "head_dim": 8, "hidden_dim": 40,
    "context_length": 24,
}  # fmt: skip
VOCAB, START, STOP = 40, 3, 4


def model(**changes: Any) -> EncoderDecoder:
    """All weights random: zero projections would hide what a position sees."""
    made = EncoderDecoder(ModelConfig(**(SIZES | changes)), VOCAB)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for _, parameter in sorted(made.named_parameters()):
            parameter.normal_(1.0 if parameter.ndim == 1 else 0.0, 0.3, generator=generator)
    return made.eval()


def row(*pairs: tuple[list[int], list[int]], length: int = 24) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Inputs, answer positions and segments of one row that holds sources and what the decoder reads."""
    tokens, chosen, segments = [], [], []
    for number, (source, answer) in enumerate(pairs):
        tokens += source + answer
        chosen += [False] * len(source) + [True] * len(answer)
        segments += [number] * (len(source) + len(answer))
    rest = length - len(tokens)
    return (
        torch.tensor([tokens + [0] * rest]),
        torch.tensor([chosen + [False] * rest]),
        torch.tensor([segments + [len(pairs)] * rest]),
    )


PAIRS = [([5, 6, 7, 8], [START, 9, 10]), ([11, 12], [START, 13, 14, 15]), ([16, 17, 18], [START, 19])]


# --- who sees whom ----------------------------------------------------------------------------------


@pytest.mark.parametrize("qk_norm", [True, False])
@pytest.mark.parametrize("place", range(4))
def test_every_answer_position_sees_every_position_of_its_source(qk_norm: bool, place: int):
    made, (source, answer) = model(qk_norm=qk_norm), PAIRS[0]
    changed = [*source[:place], 30, *source[place + 1 :]]
    before, after = (made.states(*row((s, answer))) for s in (source, changed))

    assert ((before - after).abs().amax(1) > 1e-4).all()


def test_an_answer_sees_no_other_source_and_no_other_answer():
    made = model()
    before = made.states(*row(*PAIRS))
    after = made.states(*row(([30, 31, 32, 33], [START, 34, 35]), *PAIRS[1:]))

    assert torch.equal(before[3:], after[3:])
    assert not torch.allclose(before[:3], after[:3])


def test_an_answer_position_sees_what_was_said_before_and_nothing_later():
    made, (source, answer) = model(), PAIRS[1]
    before = made.states(*row((source, answer)))
    after = made.states(*row((source, [*answer[:2], 30, answer[3]])))

    assert torch.equal(before[:2], after[:2])
    assert ((before[2:] - after[2:]).abs().amax(1) > 1e-4).all()


def test_the_encoder_reads_in_both_directions():
    made = model()
    segments = torch.zeros(1, 4, dtype=torch.long)
    before, after = (made.encode(torch.tensor([tokens]), segments) for tokens in ([5, 6, 7, 8], [5, 6, 7, 30]))

    assert ((before - after).abs().amax(2) > 1e-4).all()


def test_packed_and_padded_pairs_have_the_states_that_they_have_alone():
    made = model()
    alone = torch.cat([made.states(*row(pair, length=len(pair[0]) + len(pair[1]))) for pair in PAIRS])

    assert torch.allclose(made.states(*row(*PAIRS)), alone, atol=1e-5)
    rows = [row(*pairs) for pairs in (PAIRS[:1], PAIRS[1:])]  # another number of positions in each row
    batch = [torch.cat(parts) for parts in zip(*rows, strict=True)]
    assert torch.allclose(made.states(*batch), alone, atol=1e-5)


def test_chosen_positions_move_to_the_left_in_their_order():
    chosen = torch.tensor([[False, True, False, True], [False, False, False, True]])
    inputs, segments = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8]]), torch.tensor([[0, 0, 1, 1], [0, 0, 0, 2]])
    tokens, numbers, there = packed_left(chosen, inputs, segments)

    assert tokens[0].tolist() == [2, 4]
    assert tokens[1, 0] == 8
    assert numbers.tolist() == [[0, 1], [2, -1]]
    assert there.tolist() == [[True, True], [True, False]]


# --- answers ----------------------------------------------------------------------------------------


def slow_answer(made: EncoderDecoder, source: list[int], most: int) -> list[int]:
    """Greedy from whole rows, by the function that training uses."""
    said: list[int] = []
    while len(said) < most:
        token = int(made.logits(made.states(*row((source, [START, *said]), length=64)))[-1].argmax())
        if token == STOP:
            break
        said.append(token)
    return said


def test_greedy_answers_are_those_of_whole_rows_alone_and_in_a_batch():
    made = model(context_length=64)
    sources = [[5 + i, *range(6, 6 + i % 5), 30 - i] for i in range(12)]
    expected = [slow_answer(made, source, 10) for source in sources]

    assert len({len(said) for said in expected}) > 2  # some end early, and rows leave the batch
    assert made.greedy(sources, START, STOP, 10) == expected
    assert [made.greedy([source], START, STOP, 10)[0] for source in sources] == expected
    prompts = [[*source, START] for source in sources]
    assert translation.answers(made, prompts, STOP, 10, batch_size=5) == expected


def test_a_few_pairs_are_learnt_by_heart_and_said_again(tmp_path: Path):
    pairs = [([5 + i, 20 + i % 3, START], [30 - i, 9 + i, 9 + 2 * i, STOP]) for i in range(6)]
    made = EncoderDecoder(ModelConfig(**SIZES), VOCAB).initialize(torch.Generator().manual_seed(1))
    source = ExampleSequences(pairs)
    first = translation.validate(made, source)
    train(
        Run(
            model=made,
            mixture=Mixture({"pairs": source}, {"pairs": 1.0}, 1, 24),
            config=baselines.EncoderDecoderTraining(
                steps=80, batch_tokens=48, optimizer=OptimizerConfig(name="adamw", learning_rate=1e-2),
            ),
            device=Device(torch.device("cpu"), bf16=False),
            checkpoints=Checkpoints("test", "pairs", tmp_path),
            validate=lambda _: {},
            reporter=Reporter(),
            loss=translation.loss,
        )
    )  # fmt: skip
    last = translation.validate(made, source)

    assert first["valid_loss"] == pytest.approx(torch.tensor(VOCAB).log().item(), abs=0.3)
    assert last["valid_right"] == 1.0 > first["valid_right"]
    assert last["valid_loss"] < 0.2
    assert made.greedy([p[:-1] for p, _ in pairs], START, STOP, 8) == [said[:-1] for _, said in pairs]


# --- sizes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", ["world", "gpu-124m", "files"])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_it_has_the_parameters_of_the_model_within_two_in_a_hundred(recipe: str, layers: int):
    params = config.load(ROOT / "recipes" / f"{recipe}.yaml", ("model", "tokenizer"))
    vocab_size = params.tokenizer.vocab_size
    with torch.device("meta"):
        wanted = Transformer(params.model, vocab_size).num_parameters()
        found = sizes(params.model, vocab_size, layers, wanted)
        made = EncoderDecoder(found, vocab_size)

    assert made.num_parameters() == count_parameters(found, vocab_size)
    assert 0.98 * wanted < made.num_parameters() <= wanted
    assert found.hidden_dim > found.model_dim


def test_arithmetic_is_counted_by_the_weights_that_a_position_meets():
    """A quarter of the positions are the encoder's, none of the row is padding; scores by hand."""
    made = model()
    c = made.config
    halves = {
        "encoder": [*made.encoder.parameters()]
        + [p for n, p in made.decoder.named_parameters() if "cross_attn.k_proj" in n or "cross_attn.v_proj" in n],
        "decoder": [
            p for n, p in made.decoder.named_parameters() if "cross_attn.k" not in n and "cross_attn.v" not in n
        ]
        + [made.head],
    }
    weights = {name: sum(p.numel() for p in found if p.ndim == 2) for name, found in halves.items()}
    scores = 12 * c.num_heads * c.head_dim * c.num_layers  # for each column that a position looks at
    source, answer = c.context_length // 4, c.context_length * 3 // 4
    expected = source * (6 * weights["encoder"] + scores * source)
    expected += answer * (6 * weights["decoder"] + scores * (source + answer))

    assert encoder_decoder_flops_per_token(c, VOCAB, 0.25) == expected // c.context_length
    lstm = Lstm(VOCAB, 10, 2, 8)
    matrices = sum(p.numel() for name, p in lstm.named_parameters() if p.ndim == 2 and "embed" not in name)
    assert lstm_flops_per_token(10, 2, VOCAB) == 6 * (matrices + 10 * VOCAB)


# --- the stage --------------------------------------------------------------------------------------


def both_ways(split: str, count: int) -> list[Example]:
    """From Chinese, in a data set of its own."""
    return [
        Example(
            f"back-{split}-{i}", "translation", "back", split, "zh-en", {"source": e.references[0]}, (f"Place {i}",)
        )
        for i, e in enumerate(tiny.examples(split, count))
    ]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    made = tiny.write_data(tmp_path_factory.mktemp("data"))
    examples = made.clean / "examples"
    for split, count in ("train", 8), ("valid", 4):
        write_jsonl(examples / split / "back.jsonl", both_ways(split, count))
        moods = [Example("m", "classification", "mood", split, "en", {"text": "fine"}, ("good",))]
        write_jsonl(examples / split / "mood.jsonl", moods)
    write_jsonl(examples / "test/places.jsonl", [*tiny.examples("T1", 5), *tiny.examples("T2", 3)])
    write_jsonl(examples / "test/back.jsonl", both_ways("T1", 4))
    write_jsonl(
        examples / "test/mood.jsonl", [Example("m", "classification", "mood", "T1", "en", {"text": "x"}, ("g",))]
    )
    return made


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))


def params(finetune: dict[str, Any] | None = None, **changes: Any) -> Params:
    own = {"steps": 6, "batch_tokens": 256, "validate_every": 3} | changes
    off = {"ngram": {"order": 0}, "lstm": {"steps": 0}, "encoder_decoder": own}
    return tiny.params(baselines=off, finetune=finetune or {})


def test_every_translation_example_is_answered_and_no_other(data: Layout, tmp_path: Path):
    baselines.run(params(finetune={"train_per_dataset": 10}), data, Layout(tmp_path), Reporter())
    [(name, said)] = answers.read(tmp_path / "baselines/answers")
    numbers = read_json(tmp_path / "metrics/baselines.json")["encoder_decoder"]

    assert name == "encoder_decoder"
    tested = [*read_jsonl(data.clean / "examples/test/places.jsonl", Example), *both_ways("T1", 4)]
    assert set(said) == {(e.dataset, e.split, e.id) for e in tested}
    assert numbers["examples"] == {"places": 10, "back": 8}  # as many as finetune takes, at most
    assert numbers["num_tokens"] == 6 * 256
    assert {3, 6} >= {numbers["kept_step"]}
    assert not list((tmp_path / ".llmpipe/checkpoints").glob("*"))


def test_a_trained_one_says_what_it_has_learnt_in_both_directions(data: Layout, tmp_path: Path):
    """Tests equal training examples here, so that a short training is enough."""
    learnt = Layout(tmp_path / "data")
    for split in ("train", "valid", "test"):
        rows = {"places": tiny.examples("train", 4), "back": both_ways("train", 4)}
        for name, found in rows.items():
            write_jsonl(learnt.clean / "examples" / split / f"{name}.jsonl", found)
    settings = params(steps=120, batch_tokens=128, dropout=0.0, optimizer={"learning_rate": 2e-2})
    tokenizer = Tokenizer.load(data.tokenizer)
    [(said, numbers)] = baselines.translations(learnt, tokenizer, settings, Reporter(), [])
    expected = {
        (e.dataset, e.split, e.id): e.references[0] for e in [*tiny.examples("train", 4), *both_ways("train", 4)]
    }

    assert numbers["valid_right"] > 0.95
    assert sum(expected[key] == hypothesis for key, hypothesis in said) >= 6


def test_a_stopped_one_goes_on_to_the_same_bytes(data: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Stopped between two steps by an error, and again behind training: the first half is not computed again."""
    settings, steps = params(), []
    baselines.run(settings, data, Layout(tmp_path / "straight"), Reporter())
    loss = translation.loss

    def failing(*args: Any, **kwargs: Any) -> torch.Tensor:
        steps.append(1)
        if len(steps) == 5:
            raise KeyboardInterrupt
        return loss(*args, **kwargs)

    out = Layout(tmp_path / "again")
    with monkeypatch.context() as patch:
        patch.setattr(translation, "loss", failing)
        with pytest.raises(KeyboardInterrupt):
            baselines.run(settings, data, out, Reporter())
        patch.setattr(translation, "answers", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            baselines.run(settings, data, out, Reporter())
    assert len(steps) == 5 + 3  # from the checkpoint after step 3 on
    assert not out.baselines.exists()
    baselines.run(settings, data, out, Reporter())

    assert digest(out.baselines) == digest(tmp_path / "straight/baselines")
    assert out.metrics("baselines").read_bytes() == Layout(tmp_path / "straight").metrics("baselines").read_bytes()
    assert not list((tmp_path / ".llmpipe/checkpoints").glob("*"))


def test_without_steps_or_translations_there_are_no_answers(data: Layout, tmp_path: Path):
    baselines.run(params(steps=0), data, Layout(tmp_path / "off"), Reporter())
    empty = Layout(tmp_path / "data")
    tokenizer = Tokenizer.load(data.tokenizer)

    assert not (tmp_path / "off/baselines/answers").exists()
    assert list(baselines.translations(empty, tokenizer, params(), Reporter(), [])) == []


def test_without_valid_examples_the_last_weights_are_kept(data: Layout, tmp_path: Path):
    own = Layout(tmp_path / "data")
    write_jsonl(own.clean / "examples/train/places.jsonl", tiny.examples("train", 4))
    write_jsonl(own.clean / "examples/test/places.jsonl", tiny.examples("T1", 2))
    [(said, numbers)] = baselines.translations(own, Tokenizer.load(data.tokenizer), params(), Reporter(), [])

    assert numbers["kept_step"] == 6
    assert len(said) == 2


def test_equal_tokens_and_equal_arithmetic(data: Layout):
    """For both models: as many tokens as pretraining, or as many FLOPs, to half a step."""
    own, vocab_size = params(), Tokenizer.load(data.tokenizer).vocab_size
    tokens = own.pretrain.steps * own.pretrain.batch_tokens
    wanted = tokens * training_flops_per_token(own.model, vocab_size)

    assert baselines.steps_of(7, 256, 1000, own, vocab_size) == 7
    assert baselines.steps_of(None, 512, 1000, own, vocab_size) * 512 == tokens
    assert baselines.steps_of("flops", 64, 900, own, vocab_size) == pytest.approx(wanted / 900 / 64, abs=0.5)
    lstm = tiny.params(baselines={"lstm": {"steps": "flops"}})
    steps = baselines.lstm_training(lstm, vocab_size).steps
    width = baselines.lstm(lstm, vocab_size).lstm.hidden_size
    spent = steps * lstm.pretrain.batch_tokens * lstm_flops_per_token(width, 1, vocab_size)
    assert spent == pytest.approx(wanted, rel=0.5 / steps)


def test_pairs_of_documents_are_a_source_of_their_own(data: Layout, tmp_path: Path):
    texts = ["The hat is pink. = 帽子是粉色的。\nHe sleeps. = 他在睡觉。", "Only English.", "Il dort. | 他在睡觉。"]
    languages = ["en", "en", "fr"]
    own = Layout(tmp_path)
    documents = [Document(f"d{i}", text, languages[i], "") for i, text in enumerate(texts)]
    write_jsonl(own.clean / "train/00000.jsonl", documents)
    found = baselines.pairs_of_documents(own, {"en-zh", "zh-en", "fr-de"})

    assert [(e.id, e.language, e.inputs["source"], e.references) for e in found] == [
        ("d0/0", "en-zh", "The hat is pink.", ("帽子是粉色的。",)),
        ("d0/0", "zh-en", "帽子是粉色的。", ("The hat is pink.",)),
        ("d0/1", "en-zh", "He sleeps.", ("他在睡觉。",)),
        ("d0/1", "zh-en", "他在睡觉。", ("He sleeps.",)),
    ]
    for example in found:
        tasks.check(example)
    examples = {"places": tiny.examples("train", 4)}
    settings = params(documents_ratio=0.75)
    sources, weights = baselines.translation_sources(own, Tokenizer.load(data.tokenizer), settings, examples)
    assert {name: len(source.lengths) for name, source in sources.items()} == {"places": 4, "documents": 2}
    assert weights == {"places": 0.25, "documents": 0.75}


def test_documents_without_pairs_are_said_to_be_such(data: Layout, tmp_path: Path):
    with pytest.raises(DataError, match="documents_ratio asks for sentences beside their translations"):
        baselines.run(params(documents_ratio=0.5), data, Layout(tmp_path), Reporter())


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("EN: He sleeps.\nZH: 他在睡觉。", [("He sleeps.", "他在睡觉。")]),
        ("He sleeps.\n他在睡觉。\nShe eats.\n她吃饭。", [("He sleeps.", "他在睡觉。"), ("She eats.", "她吃饭。")]),
        ("A hat | 帽子\nUn sac = 包", [("A hat", "帽子"), ("Un sac", "包")]),
        ("帽子\tA hat", [("A hat", "帽子")]),
        ("He sleeps.\n他在睡觉。\nShe eats.", []),
        ("他住在Paris。\n她在睡觉。", []),
        ("He sleeps. = She eats.", []),
        ("1 = 2", []),
        ("", []),
    ],
)
def test_sentence_pairs_are_found_where_a_document_is_made_of_them(text: str, pairs: list[tuple[str, str]]):
    assert sentence_pairs(text) == pairs
