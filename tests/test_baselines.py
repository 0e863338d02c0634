"""The baselines stage, answers without a language model, and n-gram models: they sum to one and equal slow ones."""

import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
import torch
from imports import ROOT

from llmpipe import config
from llmpipe.baselines import BASELINES, Item, ngram
from llmpipe.config import Params
from llmpipe.dotted import flatten
from llmpipe.errors import DataError
from llmpipe.files import Layout, digest, read_json, read_jsonl, write_jsonl
from llmpipe.model.lstm import Lstm, width_of
from llmpipe.model.norm import rms_norm
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.sections.training import TrainConfig
from llmpipe.stages import baselines
from llmpipe.tokenizer import Tokenizer, TokenShards
from llmpipe.train.health import Diverged, explained_memory, explained_validation, skip

TRAIN = [
    Item("book a table", "book a table", "reserve"),
    Item("cancel my table", "cancel my table", "cancel"),
    Item("reserve a room please", "reserve a room please", "reserve"),
    Item("取消我的订单", "取消我的订单", "cancel"),
]


def answers(name: str, *texts: str) -> list[str]:
    return BASELINES[name](TRAIN, [Item(text, text, "never read") for text in texts])


def test_each_baseline_gives_its_known_answer():
    assert answers("copy", "hello") == ["hello"]
    assert answers("majority", "a", "b") == ["cancel", "cancel"]  # a tie: the first in order
    assert answers("nearest", "please reserve a large room", "取消订单吧") == ["reserve", "cancel"]
    assert answers("linear", "please reserve a large room", "取消订单") == ["reserve", "cancel"]
    assert answers("linear_words", "please reserve a large room", "取消订单") == ["reserve", "cancel"]
    assert answers("naive_bayes", "please reserve a large room", "取消订单") == ["reserve", "cancel"]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("Prices rose by 3.5 % today. Nobody knows why.", "Prices rose by 3.5 % today."),
        ("今天下雨。明天晴！", "今天下雨。"),
        ("\n\nA title\nA text.", "A title"),
        ("no end", "no end"),
        ("Pourquoi ? Parce que.", "Pourquoi ?"),
    ],
)
def test_lead_is_the_first_sentence(document, sentence):
    assert answers("lead", document) == [sentence]


def test_a_random_span_comes_from_the_passage_and_depends_on_the_question():
    train = [Item("", "", "two words"), Item("", "", "也两")]
    passage = "Ban lives in Oslo and works as a cook, 很好。"
    spans = BASELINES["random_span"](train, [Item(f"{passage}\n{i}", passage, "") for i in range(40)])

    assert all(span in passage for span in spans)
    assert len(set(spans)) > 5
    assert {"Ban lives", "很好"} <= set(spans)
    assert BASELINES["random_span"](train, [Item("…", "…", "")]) == ["…"]


def test_majority_is_the_most_frequent_reference():
    assert BASELINES["majority"]([*TRAIN, TRAIN[0]], [Item("a", "a", "")]) == ["reserve"]


def test_one_label_needs_no_classifier():
    for name in ("linear", "linear_words"):
        assert BASELINES[name](TRAIN[:1], [Item("x", "x", "")]) == ["reserve"]


def test_words_decide_where_characters_mislead():
    """The pair of words "not good" says what its characters, nearly those of "good", do not; in both languages."""
    texts = [("good", "+"), ("a good day", "+"), ("good food", "+"), ("not good", "-"), ("a not good day", "-")]
    texts += [("很好", "+"), ("今天很好", "+"), ("不好", "-"), ("今天不好", "-")]
    train = [Item(text, text, label) for text, label in texts]

    assert BASELINES["linear_words"](train, [Item(t, t, "") for t in ("food not good", "Good FOOD", "吃的不好")]) == [
        "-", "+", "-"
    ]  # fmt: skip


BOS, EOS, VOCAB = 1, 2, 12


def documents(seed: int, count: int) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    texts = [np.minimum(random.zipf(1.6, random.integers(0, 15)) + 2, VOCAB - 2) for _ in range(count)]
    return [np.array([BOS, *text, EOS], np.int64) for text in texts]


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_probabilities_sum_to_one_after_any_context(order):
    model = ngram.train(documents(1, 60), VOCAB, order)
    for context in ([BOS], [BOS, 3], [BOS, 3, 4, 3, 3, 5], [BOS, 11, 11], [BOS, 3, 3, 3, 3, 3, 3]):
        rows = np.array([[*context, token] for token in range(VOCAB)])
        log = model.log_probabilities(rows.ravel(), np.arange(VOCAB) * rows.shape[1])
        assert np.exp(log.reshape(rows.shape)[:, -1]).sum() == pytest.approx(1, abs=1e-12)


class SlowKneserNey:
    """The same model from Counters, straight from the formulas of Chen & Goodman."""

    def __init__(self, texts: list[np.ndarray], order: int) -> None:
        raw: list[Counter] = [Counter() for _ in range(order + 1)]
        for text in texts:
            for end in range(1, len(text)):
                for k in range(1, min(order, end + 1) + 1):
                    raw[k][tuple(text[end - k + 1 : end + 1].tolist())] += 1
        self.counts: list[Counter] = [Counter() for _ in range(order + 1)]
        self.counts[order] = raw[order]
        for k in range(order - 1, 0, -1):
            self.counts[k] = Counter(gram[1:] for gram in raw[k + 1])
            self.counts[k].update({gram: n for gram, n in raw[k].items() if gram[0] == BOS and k > 1})
        self.discounts = [[]] + [ngram._discounts(np.arange(5)) for _ in range(order)]
        for k in range(1, order + 1):
            self.discounts[k] = self._discounts(list(self.counts[k].values()))

    @staticmethod
    def _discounts(values: list[int]) -> list[float]:
        n1, n2, n3, n4 = (values.count(c) for c in (1, 2, 3, 4))
        if n1 and n2 and n3:
            y = n1 / (n1 + 2 * n2)
            found = [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
            if all(0 < d < c for c, d in enumerate(found) if c):
                return found
        return [0, 0.5, 1, 1.5]

    def probability(self, history: tuple[int, ...], token: int) -> float:
        k = len(history) + 1
        lower = self.probability(history[1:], token) if history else 1 / VOCAB
        continued = {gram: n for gram, n in self.counts[k].items() if gram[:-1] == history}
        if not continued:
            return lower
        total, discount = sum(continued.values()), self.discounts[k]
        lost = sum(discount[min(n, 3)] for n in continued.values())
        own = continued.get((*history, token), 0)
        return (own - discount[min(own, 3)] + lost * lower) / total


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_the_model_equals_a_slow_one(order):
    texts, tests = documents(1, 40), documents(2, 10)
    model, slow = ngram.train(texts, VOCAB, order), SlowKneserNey(texts, order)
    expected = []
    for text in tests:
        row = text.tolist()
        nats = [
            -np.log(slow.probability(tuple(row[max(0, i - order + 1) : i]), row[i])) for i in range(1, len(row) - 1)
        ]
        expected.append(sum(nats))

    assert model.document_nats(tests).tolist() == pytest.approx(expected)


def test_discounts_are_estimated_where_counts_allow_it_and_fall_back_elsewhere():
    assert ngram._discounts(np.array([1, 2, 9])).tolist() == [0.5, 1.0, 1.5]
    many = np.array([1] * 8 + [2] * 4 + [3] * 3 + [4] * 1)
    assert ngram._discounts(many)[[0, 8, 12]].tolist() == pytest.approx([0.5, 2 - 3 * 0.5 * 3 / 4, 3 - 4 * 0.5 / 3])


def test_neither_bos_nor_eos_counts_and_documents_do_not_see_each_other():
    texts = documents(1, 40)
    model = ngram.train(texts, VOCAB, 4)
    together, alone = model.document_nats(texts), [float(model.document_nats([text])[0]) for text in texts]

    assert together.tolist() == pytest.approx(alone)
    assert float(model.document_nats([np.array([BOS, EOS])])[0]) == 0
    changed = model.document_nats([np.array([BOS, 3, 4, 5])])[0]
    assert changed == pytest.approx(float(model.document_nats([np.array([BOS, 3, 4, EOS])])[0]))


def test_a_bigram_model_is_the_one_worked_by_hand():
    """
    "a b", "a b", "a c", with the fallback discounts .5, 1, 1.5; of 5 ids, a = 2, b = 3, c = 4 and EOS = 1 are events.

    Left neighbours: a 1 (BOS), b 1, c 1, EOS 2 (b, c). Lost: .5 for each of the first three and 1 for EOS, in all 2.5
    of 5, shared by the 5 ids: .1 each. So p(a) = p(b) = p(c) = .5/5 + .1 = .2, p(EOS) = 1/5 + .1 = .3, p(BOS) = .1.
    After a: b twice, c once, so 1 + .5 of 3 goes to the unigrams: p(b | a) = 1/3 + .5 .2, p(c | a) = .5/3 + .5 .2.
    """
    a, b, c = 2, 3, 4
    texts = [np.array([0, a, second, 1]) for second in (b, b, c)]
    model = ngram.train(texts, 5, 2)
    rows = np.array([[0, a, b], [0, a, c], [0, a, 1], [0, a, 0]])
    found = np.exp(model.log_probabilities(rows.ravel(), np.arange(4) * 3).reshape(rows.shape)[:, 2])

    assert model.unigrams.tolist() == pytest.approx([0.1, 0.3, 0.2, 0.2, 0.2])
    assert found.tolist() == pytest.approx([1 / 3 + 0.1, 0.5 / 3 + 0.1, 0.15, 0.05])


def test_all_orders_from_one_count_are_those_trained_alone():
    texts, tests = documents(1, 40), documents(2, 10)
    together = [model.document_nats(tests).tolist() for model in ngram.train_orders(texts, VOCAB, 4)]

    assert together == [ngram.train(texts, VOCAB, order).document_nats(tests).tolist() for order in (1, 2, 3, 4)]


def test_a_higher_order_predicts_repeated_text_better():
    text = np.array([BOS, *([3, 4, 5, 3, 6, 5] * 4), EOS])
    nats = [float(ngram.train([text] * 5, VOCAB, order).document_nats([text])[0]) for order in (1, 2, 3)]

    assert nats[0] > nats[1] > nats[2]


# --- the stage --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return tiny.write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))


def params(**changes: Any) -> Params:
    return tiny.params(baselines={"encoder_decoder": {"steps": 0}} | changes)


def test_the_stage_measures_every_order_on_the_test_documents(data: Layout, tmp_path: Path):
    out = Layout(tmp_path)
    baselines.run(params(), data, out, Reporter())

    assert read_json(out.baselines / "models.json") == {
        "ngram-1": "kneser-ney,order 1", "ngram-2": "kneser-ney,order 2", "ngram": "kneser-ney,order 3",
        "lstm": "30450 parameters,1024 tokens,1.85e+08 FLOPs",
        "pretrained": "30816 parameters,3072 tokens,7.15e+08 FLOPs",
    }  # fmt: skip
    metrics = read_json(out.metrics("baselines"))
    texts = tiny.documents(240)[220:]
    for model, row in metrics.items():
        lines = list(read_jsonl(out.baselines / "documents" / f"{model}.jsonl"))
        assert [line["id"] for line in lines] == [document.id for document in texts]
        bits = sum(line["nats"] for line in lines) / math.log(2)
        assert row["bits_per_byte"] == pytest.approx(bits / sum(len(d.text.encode()) for d in texts), abs=1e-6)
    assert metrics["ngram-1"]["bits_per_byte"] > metrics["ngram"]["bits_per_byte"]


def test_the_same_inputs_give_the_same_bytes(data: Layout, tmp_path: Path):
    digests = set()
    for name in "ab":
        out = Layout(tmp_path / name)
        baselines.run(params(), data, out, Reporter())
        digests.add((digest(out.baselines), out.metrics("baselines").read_bytes()))

    assert len(digests) == 1


def test_what_is_switched_off_leaves_nothing(data: Layout, tmp_path: Path):
    baselines.run(params(ngram={"order": 0}, lstm={"steps": 0}), data, Layout(tmp_path), Reporter())

    assert read_json(tmp_path / "baselines/models.json") == read_json(tmp_path / "metrics/baselines.json") == {}
    assert not (tmp_path / "baselines/documents").exists()


def test_a_large_corpus_is_sampled_for_the_ngram_models(data: Layout):
    shards = TokenShards(data.tokens / "train")
    few = baselines.training_documents(shards, 500, 1)

    assert len(baselines.training_documents(shards, 10**6, 1)) == 200
    assert 300 < sum(map(len, few)) <= 500
    assert [d.tolist() for d in few] == [d.tolist() for d in baselines.training_documents(shards, 500, 1)]
    assert [d.tolist() for d in few] != [d.tolist() for d in baselines.training_documents(shards, 500, 2)]


def test_tokens_of_other_documents_are_refused(data: Layout, tmp_path: Path):
    other = tiny.write_data(tmp_path)
    write_jsonl(other.clean / "test/00000.jsonl", tiny.documents(240)[200:220])

    with pytest.raises(DataError, match="was not made from"):
        baselines.run(params(), other, other, Reporter())


# --- the LSTM ---------------------------------------------------------------------------------------


def small_lstm(layers: int = 2) -> Lstm:
    return Lstm(40, 12, layers, 8).initialize(torch.Generator().manual_seed(1))


def test_an_lstm_computes_the_equations_of_its_paper():
    """One layer, step by step: i, f, g, o from the input and the state before; c = f c + i g; h = o tanh(c)."""
    model, tokens = small_lstm(1), torch.tensor([[3, 9, 9, 1]])
    inputs = rms_norm(model.embed_tokens(tokens), None, 1e-6)[0]
    w_in, w_state = model.lstm.weight_ih_l0, model.lstm.weight_hh_l0
    h = c = torch.zeros(12)
    states = []
    for x in inputs:
        i, f, g, o = (w_in @ x + model.lstm.bias_ih_l0 + w_state @ h + model.lstm.bias_hh_l0).split(12)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        states.append(h)

    assert torch.allclose(model.hidden(tokens)[0], rms_norm(torch.stack(states), None, 1e-6), atol=1e-5)


def test_packed_documents_have_the_states_that_they_have_alone():
    model = small_lstm()
    tokens = torch.tensor([[5, 6, 7, 8, 9, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8]])
    segments = torch.tensor([[0, 0, 0, 1, 1, 2, 2, 2], [0, 1, 1, 1, 1, 1, 1, 1]])
    packed = model(tokens, segments)

    for row, span in ((0, slice(0, 3)), (0, slice(3, 5)), (1, slice(0, 1)), (1, slice(1, 8))):
        assert torch.allclose(packed[row, span], model(tokens[row : row + 1, span])[0], atol=1e-6)


def test_the_first_loss_of_an_lstm_is_near_that_of_guessing():
    tokens = torch.arange(16).view(2, 8)
    loss = torch.nn.functional.cross_entropy(small_lstm()(tokens).flatten(0, 1), tokens.flatten() + 1)

    assert loss.item() == pytest.approx(math.log(40), abs=0.1)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_an_lstm_is_as_wide_as_its_parameters_allow(layers: int):
    width = width_of(100_000, 500, layers)
    sizes = [Lstm(500, w, layers, 8).num_parameters() for w in (width, width + 1)]

    assert sizes[0] <= 100_000 < sizes[1]


def test_the_lstm_has_the_parameters_of_the_model_and_learns(data: Layout, tmp_path: Path):
    few, many = Layout(tmp_path / "few"), Layout(tmp_path / "many")
    baselines.run(params(lstm={"steps": 1}), data, few, Reporter())
    baselines.run(params(lstm={"steps": 30}), data, many, Reporter())
    vocab_size = Tokenizer.load(data.tokenizer).vocab_size
    model = Transformer(params().model, vocab_size)
    [count, tokens] = re.findall(r"(\d+) [pt]", read_json(many.baselines / "models.json")["lstm"])

    assert 0.98 < int(count) / model.num_parameters() <= 1
    assert int(tokens) == 30 * params().pretrain.batch_tokens
    bits = [read_json(out.metrics("baselines"))["lstm"]["bits_per_byte"] for out in (few, many)]
    assert bits[1] < 0.9 * bits[0]


def test_without_steps_of_its_own_the_lstm_gets_the_tokens_of_pretraining():
    settings = params(lstm={"steps": None, "optimizer": {"learning_rate": 0.5}})
    training = baselines.lstm_training(settings, 380)

    assert (training.steps, training.batch_tokens) == (settings.pretrain.steps, settings.pretrain.batch_tokens)
    assert training.optimizer.learning_rate == 0.5


def test_a_stopped_lstm_goes_on_to_the_same_bytes(data: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings = params(ngram={"order": 0}, lstm={"steps": 12})
    baselines.run(settings, data, Layout(tmp_path / "straight"), Reporter())
    with monkeypatch.context() as patch:
        patch.setattr(baselines, "document_nats", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            baselines.run(settings, data, Layout(tmp_path / "again"), Reporter())
    assert list((tmp_path / ".llmpipe/checkpoints").glob("baselines-*/step-*"))
    baselines.run(settings, data, Layout(tmp_path / "again"), Reporter())

    assert digest(tmp_path / "again/baselines") == digest(tmp_path / "straight/baselines")
    assert not list((tmp_path / ".llmpipe/checkpoints").glob("baselines-*"))


# --- what trouble says ------------------------------------------------------------------------------


def trouble(training: TrainConfig) -> str:
    """All that the training of a baseline says when it diverges or memory is short."""
    said = []
    memory = [
        lambda: explained_memory(training, 1000, 64),
        lambda: explained_validation(training, 1000, 64, "validation"),
    ]
    for explained in memory:
        with pytest.raises(DataError) as caught, explained():
            raise MemoryError
        said.append(str(caught.value))
    with pytest.raises(DataError) as caught:
        skip(Diverged(3, "the loss or its gradient is not finite"), [], training)
    return " ".join([*said, str(caught.value)])


@pytest.mark.parametrize(
    ("of", "own"),
    [
        (
            lambda params: baselines.lstm_training(params, 380),
            {
                "baselines.lstm.optimizer.learning_rate",
                "pretrain.micro_batch_tokens",
                "pretrain.validate_batch_tokens",
                "pretrain.on_divergence",
            },
        ),
        (
            lambda params: baselines.encoder_decoder_training(params, 5),
            {
                "baselines.encoder_decoder.optimizer.learning_rate",
                "baselines.encoder_decoder.batch_tokens",
                "pretrain.on_divergence",
            },
        ),
    ],
)
def test_trouble_in_training_names_parameters_of_the_baseline_that_are_there(of, own):
    known = set(flatten(config.load(ROOT / "recipes/world.yaml").values()))
    said = trouble(of(config.load(ROOT / "recipes/world.yaml")))
    named = {name.rstrip(".") for name in re.findall(r"(?:baselines|pretrain)\.[a-z_.]+", said)}

    assert named == own
    assert named <= known
