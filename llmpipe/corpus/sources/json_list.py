"""The items of a JSON list, cut at their commas without parsing, so that a file is never held as a whole."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from llmpipe.corpus.sources.streams import Bounded

_TOP = re.compile(rb'["{}\[\],]')
_DEEP = re.compile(rb'["{}\[\]]')
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)


class Item(NamedTuple):
    """
    One item.

    Args:
        offset: Where it begins in the stream.
        raw: Its bytes; only the first ones when it is too long.
        size: How many it has.
        closed: Whether a comma or the end of the list follows it.
    """

    offset: int
    raw: bytes
    size: int
    closed: bool


def list_items(blocks: Iterable[bytes], limit: int) -> Iterator[Item]:
    """The items of the list that begins the stream, and as one that is not closed what follows it or is cut off."""
    item = Bounded(limit)
    base = begin = depth = skip = 0
    in_string = False
    for block in blocks:
        start, at, skip = 0, skip, 0
        while at < len(block):
            if in_string:
                at = _STRING.match(block, at).end()  # type: ignore[union-attr]  # it matches the empty string too
                if at < len(block) and block[at] == 0x22:
                    in_string, at = False, at + 1
                elif at < len(block):  # a backslash that ends the block: what it escapes begins the next one
                    skip, at = 1, len(block)
                continue
            found = (_TOP if depth == 1 else _DEEP).search(block, at)
            if found is None:
                break
            sign, at = found[0], found.end()
            ends = depth == 1 and sign in b",]}"
            depth += (sign in b"{[") - (sign in b"}]")
            in_string = sign == b'"'
            if depth == 1 and sign == b"[" and not begin:
                start = begin = at
                begin += base
            elif ends:
                item.add(block[start : found.start()])
                if sign == b"," or item.size > 0:
                    yield from _cut(item, begin, sign)
                start, begin = at, base + at
                if depth == 0:
                    yield from _rest(block[at:], blocks, begin, limit)
                    return
        if begin:
            item.add(block[start:])
        base += len(block)
    raw, size = item.take()
    yield Item(begin, raw.strip(), size, closed=False)


def _cut(item: Bounded, begin: int, sign: bytes) -> Iterator[Item]:
    raw, size = item.take()
    if raw.strip() or sign == b",":
        yield Item(begin + len(raw) - len(raw.lstrip()), raw.strip(), size, closed=True)


def _rest(block: bytes, blocks: Iterable[bytes], begin: int, limit: int) -> Iterator[Item]:
    rest = Bounded(limit)
    rest.add(block)
    for part in blocks:
        rest.add(part)
    raw, size = rest.take()
    if raw.strip() or size > limit:
        yield Item(begin, raw.strip(), size, closed=False)
