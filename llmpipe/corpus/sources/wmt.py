"""The test sets of WMT since 2021: source and references of a document in one file of XML."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from llmpipe.corpus.sources.records import Reading, Row, head_of
from llmpipe.corpus.sources.xml_parts import codes, language, parts


def read_wmt(path: Path, _encoding: str, reading: Reading) -> Iterator[Row]:
    """
    Text by language of each segment that has a reference; of several references the first counts.

    What systems said (`<hyp>`) is left out, and so are documents of test suites, as sacrebleu does.
    """
    number = 0
    for document in parts(path, "doc", reading.max_bytes):
        if "testsuite" in document.attrib:
            continue
        sources, references = document.find("src"), document.find("ref")
        if sources is None or references is None:
            continue
        targets = _segments(references)
        for key, source in _segments(sources).items():
            if targets.get(key):
                number += 1
                sides = ((sources, source), (references, targets[key]))
                texts = {name: text for side, text in sides for name in codes(language(side))}
                yield Row(number, None, texts, head_of(texts))


def _segments(side: Element) -> dict[str, str]:
    """Text by the number of its segment."""
    return {segment.get("id", ""): " ".join("".join(segment.itertext()).split()) for segment in side.iter("seg")}
