"""TMX, the exchange format of translation memories."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from llmpipe.corpus.sources.records import Reading, Row, head_of
from llmpipe.corpus.sources.xml_parts import codes, language, parts


def read_tmx(path: Path, _encoding: str, reading: Reading) -> Iterator[Row]:
    """
    Text by language of each translation unit.

    `xml:lang="zh-CN"` gives `zh` and `zh-cn`, both in small letters; of several texts in a language the first counts.
    Marks inside a segment (`<bpt>`, `<ph>`) are left out, the text around them stays.
    """
    for number, unit in enumerate(parts(path, "tu", reading.max_bytes), start=1):
        texts: dict[str, str] = {}
        for variant in unit.iter("tuv"):
            segment = variant.find("seg")
            if segment is not None:
                for name in codes(language(variant)):
                    texts.setdefault(name, " ".join(_text(segment).split()))
        yield Row(number, None, texts, head_of(texts))


def _text(element: Element) -> str:
    """Text of a segment; of elements inside only what `hi` highlights."""
    found = [element.text or ""]
    for inner in element:
        found += [_text(inner) if inner.tag == "hi" else "", inner.tail or ""]
    return "".join(found)
