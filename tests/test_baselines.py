"""Baselines without a language model, and the n-gram model: it sums to one and equals a slow one."""

from collections import Counter

import numpy as np
import pytest

from llmpipe.baselines import BASELINES, Item, ngram

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
    assert BASELINES["linear"](TRAIN[:1], [Item("x", "x", "")]) == ["reserve"]


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


def test_a_higher_order_predicts_repeated_text_better():
    text = np.array([BOS, *([3, 4, 5, 3, 6, 5] * 4), EOS])
    nats = [float(ngram.train([text] * 5, VOCAB, order).document_nats([text])[0]) for order in (1, 2, 3)]

    assert nats[0] > nats[1] > nats[2]
