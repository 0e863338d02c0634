"""
Fast encoding: a text is cut where no piece of the vocabulary can cross, and the ids of what lies between are kept.

A cut is a place between two characters that no piece holds side by side; what lies between two cuts is a span. The
ids of a text are those of its spans, one after the other, because SentencePiece BPE works like this: it starts from
single characters (and user-defined symbols, found from left to right, which it never joins to anything), and again
and again joins the neighbours whose union is the piece with the best score, the leftmost of equals, until no union of
neighbours is a piece. A union across a cut would be a piece that holds the two characters, so there is none, ever, and
no user-defined symbol lies across it either. On one side of a cut, then, which unions exist depends on that side
alone, and which of them comes first depends on their scores and their order, which are the same without the other
side: each side sees the same unions in the same order as alone. The bytes of an unknown character are its own.

It would not hold with a normaliser that changes text, with `<unk>` instead of bytes (neighbours become one), or with
unused pieces (taken apart as the last one anywhere was put together). `_is_local` looks, and else a span is a whole
text. The cuts come from the vocabulary alone, so this stays exact for any model; how fast it is depends on how often
spans repeat: words of a language with spaces do, and single Han characters are looked up in one table.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import sentencepiece

from llmpipe.tokenizer.pieces import SPACE

WINDOW_CHARACTERS = 2**18  # cut at once; bounds memory when texts are long
MAX_SPANS, MAX_TOKENS = 2**18, 2**22  # kept; then all are forgotten, so memory is bounded (about 100 MB)
BEGIN, FINISH = "\ud800", "\udfff"  # stand for <s> and </s>: surrogates, which no text holds
PAIR_BITS = 22  # of the table of pairs that pieces hold: 4 MB, and one place for two pairs costs a cut, no more
PROBE = " \u00a0a  \ufb01\uff11\u2460 A\u030a\u3000\u200b\t\n  "  # what normalisers change


def id_type(vocab_size: int) -> np.dtype:
    """The type that holds every id of a vocabulary: little-endian uint16, or uint32 above 65,535 pieces."""
    return np.dtype("<u2" if vocab_size <= 65_535 else "<u4")


class SpanEncoder:
    """
    Encode texts through a bounded memory of spans; the same ids as SentencePiece gives for whole texts.

    Args:
        processor: A BPE model.
        bos_id: Id of `<s>`.
        eos_id: Id of `</s>`.
    """

    _pool: np.ndarray  # ids of all spans met, one after the other
    _starts: np.ndarray  # where those of a span begin in it, by the span's number
    _lengths: np.ndarray  # and how many they are

    def __init__(self, processor: sentencepiece.SentencePieceProcessor, bos_id: int, eos_id: int) -> None:
        self._processor = processor
        self._bos_id, self._eos_id = bos_id, eos_id
        self._type = id_type(processor.get_piece_size())
        self._held = _held_pairs(processor)
        self._forget()

    def documents(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """
        Token ids of texts, each between `<s>` and `</s>`, one after the other; and how many each text has.

        Args:
            texts: Without surrogates.

        Returns:
            Ids of `id_type` (num_tokens,) and int64 (num_texts,).
        """
        parts = [self._encode(*window) for run in _runs(texts) for window in self._windows(run)]
        token_ids = np.concatenate([np.empty(0, self._type), *parts])
        return token_ids, np.diff(np.flatnonzero(token_ids == self._eos_id) + 1, prepend=0)

    def _windows(self, text: str) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """The text in windows that end at a cut: characters, code points uint32, and where each span ends."""
        start, size = 0, WINDOW_CHARACTERS
        while start < len(text):
            window = text[start : start + size]
            points = np.frombuffer(window.encode("utf-32-le", "surrogatepass"), "<u4")
            ends = self._ends(points)
            if start + len(window) < len(text):
                if len(ends) == 1:  # one span, and it may go on
                    size *= 2
                    continue
                ends = ends[:-1]
            yield window, points, ends
            start, size = start + int(ends[-1]), WINDOW_CHARACTERS

    def _ends(self, points: np.ndarray) -> np.ndarray:
        """Where each span ends: at the cuts, around the marks of texts, and at the end of the window."""
        cut = np.ones(len(points), bool)
        np.logical_not(self._held[_pair_keys(points[:-1], points[1:])], out=cut[:-1])
        marks = np.flatnonzero(points >> 11 == ord(BEGIN) >> 11)  # all surrogates, and nothing else
        cut[marks] = True
        cut[marks[marks > 0] - 1] = True
        return np.flatnonzero(cut) + 1

    def _encode(self, window: str, points: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Ids of the spans of a window, one after the other."""
        if len(self._numbers) > MAX_SPANS or len(self._pool) > MAX_TOKENS:
            self._forget()
        starts = np.concatenate([[0], ends[:-1]])
        single = ends - starts == 1
        found = np.empty(len(ends), np.int64)
        found[single] = self._find_characters(points[starts[single]])
        found[~single] = self._find(
            [window[i:j] for i, j in zip(starts[~single].tolist(), ends[~single].tolist(), strict=True)]
        )
        lengths = self._lengths[found]
        places = np.repeat(self._starts[found] - (np.cumsum(lengths) - lengths), lengths)
        places += np.arange(len(places))
        return self._pool[places]

    def _find_characters(self, points: np.ndarray) -> np.ndarray:
        """The numbers of spans of one character, from the code points."""
        numbers = self._characters[points]
        if (numbers < 0).any():
            new = np.unique(points[numbers < 0])
            self._characters[new] = self._learn([chr(point) for point in new.tolist()])
            numbers = self._characters[points]
        return numbers

    def _find(self, spans: list[str]) -> np.ndarray:
        """The numbers of spans."""
        numbers = np.fromiter(map(self._numbers.__getitem__, spans), np.int64, len(spans))
        missing = np.flatnonzero(numbers < 0).tolist()
        if missing:
            new = list(dict.fromkeys([spans[place] for place in missing]))
            self._numbers.update(zip(new, self._learn(new), strict=True))
            numbers[missing] = [self._numbers[spans[place]] for place in missing]
        return numbers

    def _learn(self, spans: list[str]) -> range:
        """Encode spans and keep their ids under new numbers."""
        encoded = self._processor.encode(spans, num_threads=1)
        self._keep(encoded)
        return range(len(self._lengths) - len(spans), len(self._lengths))

    def _keep(self, token_ids: list[list[int]]) -> None:
        lengths = np.fromiter(map(len, token_ids), np.int64, len(token_ids))
        ids = np.fromiter(chain.from_iterable(token_ids), self._type, int(lengths.sum()))
        self._starts = np.concatenate([self._starts, len(self._pool) + np.cumsum(lengths) - lengths])
        self._lengths = np.concatenate([self._lengths, lengths])
        self._pool = np.concatenate([self._pool, ids])

    def _forget(self) -> None:
        """Start again with the marks only. What is kept changes the speed, never the ids."""
        self._numbers = _Numbers()
        self._starts = np.empty(0, np.int64)
        self._lengths = np.empty(0, np.int64)
        self._pool = np.empty(0, self._type)
        self._characters = np.full(0x110000, -1, np.int32)
        self._keep([[self._bos_id], [self._eos_id]])
        self._characters[[ord(BEGIN), ord(FINISH)]] = 0, 1


def _runs(texts: Sequence[str]) -> Iterator[str]:
    """Texts with their marks, in strings of about a window: many short ones are slow, and a long one is not copied."""
    run, size = list[str](), 0
    for text in texts:
        if len(text) > WINDOW_CHARACTERS:
            yield "".join([*run, BEGIN])
            yield text
            run, size = [FINISH], 0
        else:
            run += [BEGIN, text, FINISH]
            size += len(text)
        if size >= WINDOW_CHARACTERS:
            yield "".join(run)
            run, size = [], 0
    yield "".join(run)


class _Numbers(dict[str, int]):
    """Span -> its number, -1 for those not met yet."""

    def __missing__(self, span: str) -> int:
        return -1


def _held_pairs(processor: sentencepiece.SentencePieceProcessor) -> np.ndarray:
    """
    Whether some piece holds two characters side by side, bool, by `_pair_keys`; all are held when ids are not local.

    Two pairs may share a place: then a place that could be a cut is none, which is slower and still exact.
    """
    held = np.zeros(2**PAIR_BITS, bool)
    pieces = [
        processor.id_to_piece(index)
        for index in range(processor.get_piece_size())
        if not (processor.is_control(index) or processor.is_byte(index) or processor.is_unknown(index))
    ]
    if not _is_local(processor):
        held[:] = True
        return held
    pairs = {pair for piece in pieces for pair in zip(piece, piece[1:], strict=False)}
    written = [(left, right) for pair in pairs for left in _written(pair[0]) for right in _written(pair[1])]
    points = np.array([(ord(left), ord(right)) for left, right in written], np.uint32).reshape(-1, 2)
    held[_pair_keys(points[:, 0], points[:, 1])] = True
    return held


def _written(character: str) -> str:
    """The characters of a text that a character of a piece stands for: U+2581 for itself and for the space."""
    return f"{SPACE} " if character in (SPACE, " ") else character


def _pair_keys(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """A number of `PAIR_BITS` bits for each pair of code points, uint32."""
    mixed: np.ndarray = left * np.uint32(0x9E3779B1) + right * np.uint32(0x85EBCA6B)  # well-known odd constants
    return np.right_shift(mixed, np.uint32(32 - PAIR_BITS))


def _is_local(processor: sentencepiece.SentencePieceProcessor) -> bool:
    """Whether the ids of a span do not depend on what stands around it; see the module's text."""
    indices = range(processor.get_piece_size())
    changed = processor.normalize(PROBE) != PROBE.replace(" ", SPACE)
    unused = any(processor.is_unused(index) for index in indices)
    return not changed and not unused and any(processor.is_byte(index) for index in indices)
