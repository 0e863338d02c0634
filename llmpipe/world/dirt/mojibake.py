"""Text that was read in the wrong encoding."""

from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw


def _sloppy_cp1252(data: bytes) -> str:
    """Windows-1252 with its five undefined bytes read as control characters, as browsers do."""
    return "".join(_CP1252[byte] for byte in data)


def _cp1252_table() -> tuple[str, ...]:
    table = []
    for byte in range(256):
        try:
            table.append(bytes((byte,)).decode("cp1252"))
        except UnicodeDecodeError:
            table.append(chr(byte))
    return tuple(table)


_CP1252 = _cp1252_table()


def _utf8_as_cp1252(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text
    return None if text.isascii() else Planted(_sloppy_cp1252(text.encode()), "repair", text)


def _utf8_as_latin1(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text
    return None if text.isascii() else Planted(text.encode().decode("latin-1"), "repair", text)


def _utf8_as_gbk(draw: Draw, base: Base) -> Planted | None:
    """Reversible for texts whose bytes happen to pair up; otherwise bytes are lost and the text is to be dropped."""
    text = base.document.text
    try:
        return Planted(text.encode().decode("gbk"), "repair", text)
    except UnicodeDecodeError:
        return Planted(text.encode().decode("gbk", errors="replace"), "drop")


def _gbk_as_latin1(draw: Draw, base: Base) -> Planted | None:
    return Planted(base.document.text.encode("gbk").decode("latin-1"), "repair", base.document.text)


def _twice(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text
    return None if text.isascii() else Planted(_sloppy_cp1252(_sloppy_cp1252(text.encode()).encode()), "repair", text)


ACCENTS = ("fr", "zh")  # languages that are not ASCII

VARIANTS = (
    Variant("utf8_as_cp1252", _utf8_as_cp1252, languages=ACCENTS),
    Variant("utf8_as_latin1", _utf8_as_latin1, languages=ACCENTS),
    Variant("utf8_as_gbk", _utf8_as_gbk, languages=("zh",)),
    Variant("gbk_as_latin1", _gbk_as_latin1, languages=("zh",)),
    Variant("twice", _twice, unseen=True, languages=ACCENTS),
)
