"""Elements of an XML file as they stream by, none of them held for long."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

from llmpipe.corpus.sources.streams import BLOCK, Damaged, open_bytes


def parts(path: Path, tag: str, limit: int) -> Iterator[ElementTree.Element]:
    """
    The elements of a name, each whole, in the order of the file; each is forgotten when the next one is asked for.

    Args:
        path: The file, plain, .gz or .zst; it says its encoding itself.
        tag: The name.
        limit: The most bytes of an element.

    Raises:
        Damaged: It is no XML, or an element is too large.
    """
    parser: ElementTree.XMLPullParser[Any] = ElementTree.XMLPullParser(("start", "end"))
    around: list[ElementTree.Element] = []
    size = 0
    with open_bytes(path) as stream:
        try:
            for block in iter(lambda: stream.read(BLOCK), b""):
                size += len(block)
                parser.feed(block)
                for happened in parser.read_events():
                    kind, element = cast(tuple[str, ElementTree.Element], happened)
                    if kind == "start":
                        around.append(element)
                        continue
                    around.pop()
                    if element.tag == tag:
                        yield element
                        size = 0
                        if around:
                            around[-1].clear()
                if size > limit + BLOCK:
                    raise Damaged(f"a <{tag}> is larger than the {limit:,} bytes of ingest.max_record_bytes")
            parser.close()
        except ElementTree.ParseError as error:
            raise Damaged(f"not XML: {error}") from None


def language(element: ElementTree.Element) -> str:
    """The code of its language, in small letters with hyphens: `zh-cn`."""
    code = element.get("{http://www.w3.org/XML/1998/namespace}lang") or element.get("lang") or ""
    return code.lower().replace("_", "-")


def codes(code: str) -> tuple[str, str]:
    """The names that a text of a language gets: `zh-cn` and `zh`."""
    return code, code.partition("-")[0]
