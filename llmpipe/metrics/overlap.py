"""BLEU and chrF (sacrebleu) and ROUGE: overlap of hypothesis and reference."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import zip_longest
from typing import Any

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from llmpipe.metrics import rouge
from llmpipe.metrics.answers import Answers, Floats, Measured, divide, mean
from llmpipe.metrics.text import tokens

MAX_ORDER = 4  # of BLEU
CHAR_ORDER, BETA = 6, 2  # of chrF


def bleu(answers: Answers) -> Measured:
    """
    Corpus BLEU, 0..100, tokenized by the language of each answer. The value of an example is its sentence BLEU.

    The statistics are sacrebleu's own: hypothesis length, reference length, matches and totals of orders 1..4.
    """
    tokenizers = np.array([_tokenizer(language) for language in answers.languages])
    rows = np.zeros((len(tokenizers), 2 + 2 * MAX_ORDER))
    for name in np.unique(tokenizers):
        chosen = np.flatnonzero(tokenizers == name)
        rows[chosen] = _statistics(BLEU(tokenize=str(name), force=True), answers, chosen)
    return Measured(rows, bleu_of_sums, bleu_of_sums(rows, effective_order=True))


def bleu_of_sums(sums: Floats, effective_order: bool = False) -> Floats:
    """BLEU of summed statistics (..., 10), with sacrebleu's exponential smoothing."""
    lengths, correct, total = sums[..., :2], sums[..., 2 : 2 + MAX_ORDER], sums[..., 2 + MAX_ORDER :]
    reached = np.cumprod(total > 0, axis=-1).astype(bool)  # orders before the first without n-grams
    zeros = np.cumsum((correct == 0) & reached, axis=-1)  # each halves what a zero counts for
    precisions = np.where(correct > 0, divide(100.0 * correct, total), divide(100.0, total * 2.0**zeros))
    orders = np.maximum(reached.sum(axis=-1), 1) if effective_order else np.full(sums.shape[:-1], MAX_ORDER)
    logarithms = np.log(precisions, out=np.zeros_like(precisions), where=reached).sum(axis=-1)
    brevity = np.exp(np.minimum(0.0, 1.0 - divide(lengths[..., 1], lengths[..., 0])))
    usable = (correct > 0).any(axis=-1) & (reached.sum(axis=-1) >= (1 if effective_order else MAX_ORDER))
    return np.where(usable, brevity * np.exp(logarithms / orders), 0.0)


def bleu_signature(answers: Answers) -> str:
    """In sacrebleu's form."""
    names = "+".join(sorted({_tokenizer(language) for language in answers.languages}))
    return f"nrefs:{_nrefs(answers)}|case:mixed|eff:no|tok:{names}|smooth:exp|version:{version('sacrebleu')}"


def chrf(answers: Answers) -> Measured:
    """Corpus chrF2, 0..100: hypothesis, reference and matching character n-grams of orders 1..6."""
    metric = CHRF(char_order=CHAR_ORDER, word_order=0, beta=BETA)
    rows = _statistics(metric, answers, range(len(answers.hypotheses)))
    return Measured(rows, chrf_of_sums, chrf_of_sums(rows))


def chrf_of_sums(sums: Floats) -> Floats:
    """ChrF of summed statistics (..., 18); orders without n-grams on either side do not count."""
    triples = sums.reshape(*sums.shape[:-1], CHAR_ORDER, 3)
    hypothesis, reference, match = triples[..., 0], triples[..., 1], triples[..., 2]
    counted = (hypothesis > 0) & (reference > 0)
    orders = counted.sum(axis=-1)
    precision = divide(np.where(counted, divide(match, hypothesis), 0.0).sum(axis=-1), orders)
    recall = divide(np.where(counted, divide(match, reference), 0.0).sum(axis=-1), orders)
    return 100 * divide((1 + BETA**2) * precision * recall, BETA**2 * precision + recall)


def chrf_signature(answers: Answers) -> str:
    """In sacrebleu's form."""
    return f"nrefs:{_nrefs(answers)}|case:mixed|eff:yes|nc:{CHAR_ORDER}|nw:0|space:no|version:{version('sacrebleu')}"


def rouge1(answers: Answers) -> Measured:
    """Mean F-measure of single tokens."""
    return _rouge(rouge.unigrams, answers)


def rouge2(answers: Answers) -> Measured:
    """Mean F-measure of token pairs."""
    return _rouge(rouge.bigrams, answers)


def rouge_l(answers: Answers) -> Measured:
    """Mean F-measure of the longest common subsequence."""
    return _rouge(rouge.longest, answers)


def rouge_signature(answers: Answers) -> str:
    """Which tokenizer (rouge_score's own drops every character but a-z and 0-9), and whose values these are."""
    return f"nrefs:{_nrefs(answers)}|tok:unichar|stem:no|fmeasure|version:{rouge.MATCHES}"


def _rouge(f_measure: Callable[[Sequence[str], Sequence[str]], float], answers: Answers) -> Measured:
    """The best of the references, example by example."""
    pairs = zip(answers.references, answers.hypotheses, strict=True)
    return mean(np.array([_best(f_measure, wanted, tokens(said)) for wanted, said in pairs], np.float64))


def _best(
    f_measure: Callable[[Sequence[str], Sequence[str]], float], references: Sequence[str], said: Sequence[str]
) -> float:
    return max(f_measure(tokens(reference), said) for reference in references)


def _tokenizer(language: str) -> str:
    return "zh" if language == "zh" else "13a"


def _nrefs(answers: Answers) -> str:
    counts = {len(references) for references in answers.references}
    return str(counts.pop()) if len(counts) == 1 else "var"


def _statistics(metric: Any, answers: Answers, chosen: Sequence[int] | np.ndarray) -> Floats:
    """Sacrebleu's statistics per sentence; it wants references as streams, None where a sentence has fewer."""
    streams = list(zip_longest(*(answers.references[i] for i in chosen)))
    return np.array(metric._extract_corpus_statistics([answers.hypotheses[i] for i in chosen], streams), np.float64)
