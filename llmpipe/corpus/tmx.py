"""TMX, the exchange format of translation memories: its units as they stream by, none of them held for long."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

from llmpipe.corpus.streams import BLOCK, Damaged, open_bytes

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read_units(path: Path, limit: int) -> Iterator[dict[str, str]]:
    """
    Text by language of each translation unit.

    `xml:lang="zh-CN"` gives `zh` and `zh-cn`, both in small letters; of several texts in a language the first counts.
    Marks inside a segment (`<bpt>`, `<ph>`) are left out, the text around them stays.

    Args:
        path: The file, plain, .gz or .zst; it says its encoding itself.
        limit: The most bytes of a unit.

    Raises:
        Damaged: It is no XML, or a unit is too large.
    """
    parser: ElementTree.XMLPullParser[Any] = ElementTree.XMLPullParser(("start", "end"))
    body: ElementTree.Element | None = None
    size = 0
    with open_bytes(path) as stream:
        try:
            for block in iter(lambda: stream.read(BLOCK), b""):
                size += len(block)
                parser.feed(block)
                for happened in parser.read_events():
                    kind, element = cast(tuple[str, ElementTree.Element], happened)
                    if kind == "start" and element.tag == "body":
                        body = element
                    elif kind == "end" and element.tag == "tu":
                        yield _unit(element)
                        size = 0
                        if body is not None:
                            body.clear()
                if size > limit + BLOCK:
                    raise Damaged(f"a unit is larger than the {limit:,} bytes of ingest.max_record_bytes")
            parser.close()
        except ElementTree.ParseError as error:
            raise Damaged(f"not XML: {error}") from None


def _unit(element: ElementTree.Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for variant in element.iter("tuv"):
        segment = variant.find("seg")
        code = (variant.get(_LANGUAGE) or variant.get("lang") or "").lower().replace("_", "-")
        if segment is not None:
            for name in (code, code.partition("-")[0]):
                texts.setdefault(name, " ".join(_text(segment).split()))
    return texts


def _text(element: ElementTree.Element) -> str:
    """Text of a segment; of elements inside only what `hi` highlights."""
    parts = [element.text or ""]
    for inner in element:
        parts += [_text(inner) if inner.tag == "hi" else "", inner.tail or ""]
    return "".join(parts)
