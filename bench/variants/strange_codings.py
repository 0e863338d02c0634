"""Text that a program read or wrote in a wrong coding, of kinds not among the others."""

# ruff: noqa: E501  (a line of noise is a line)

import re
import unicodedata
from collections.abc import Callable, Iterator

from variants.damage import priced
from variants.shaping import Make, Variant, curled, misread, twice

_ODD = re.compile(r"[^\x00-\x7f]+")
_1252 = "sloppy-windows-1252"


def _runs(change: Callable[[str], str]) -> Make:
    """Each run of signs beyond ASCII in another writing."""
    return lambda draw, text: _ODD.sub(lambda m: change(m[0]), text)


def _units(form: str) -> Make:
    return _runs(lambda run: "".join(form.format(ord(sign)) for sign in run))


def _bytes(form: str, encoding: str = "utf-8") -> Make:
    return _runs(lambda run: "".join(form.format(byte) for byte in run.encode(encoding, "ignore")))


def _caret(run: str) -> str:
    """As `cat -v` shows bytes."""
    out = []
    for byte in run.encode():
        low = byte & 0x7F
        out.append("M-" + (f"^{chr(low + 64)}" if low < 32 else "^?" if low == 127 else chr(low)))
    return "".join(out)


def _seven_bits(encoding: str) -> Make:
    """The upper bit of each byte is gone."""
    return _runs(lambda run: bytes(b & 0x7F for b in run.encode(encoding, "ignore")).decode("ascii"))


def _then(one: Make, form: Callable[[str], str]) -> Make:
    return twice(one, lambda draw, text: form(text))


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text.replace("™", "TM").replace("€", "EUR")).encode("ascii", "ignore").decode()


def _some(make: Make, share: int) -> Make:
    """A share of the runs only."""
    return lambda draw, text: _ODD.sub(lambda m: (make(draw, m[0]) or m[0]) if draw.chance(share) else m[0], text)


def _hz(text: str) -> str:
    return text.encode("hz", "ignore").decode("ascii")


def _jis(text: str) -> str:
    return text.encode("iso2022_jp", "ignore").decode("ascii").replace("\x1b", "")


def strange_codings() -> Iterator[Variant]:
    """All of them."""
    both: dict[str, Make] = {
        "caret_notation": _runs(_caret),
        "css_escapes": _units("\\{:x} "),
        "rust_escapes": _units("\\u{{{:x}}}"),
        "perl_escapes": _units("\\x{{{:x}}}"),
        "u_plus": _units("U+{:04X} "),
        "hex_entities_thrice": _units("&amp;amp;#x{:x};"),
        "entity_marks_lost": _units("#{};"),
        "entities_spaced": _units("& #{} ;"),
        "hex_bytes_bare": _bytes("{:02x}"),
        "bytes_in_brackets": _bytes("[{:02X}]"),
        "bytes_literal": lambda d, t: str(t.encode()),
        "plus_for_space": lambda d, t: re.sub(
            r"[^\x00-\x7f]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), t
        ).replace(" ", "+"),
        "imap_utf7": lambda d, t: t.encode("utf-7").decode("ascii").replace("+", "&"),
        "seven_bits": _seven_bits("utf-8"),
        "thrice_1252": twice(twice(misread("utf-8", _1252), misread("utf-8", _1252)), misread("utf-8", _1252)),
        "then_nfkc": _then(misread("utf-8", _1252), lambda t: unicodedata.normalize("NFKC", t)),
        "then_nfd": _then(misread("utf-8", _1252), lambda t: unicodedata.normalize("NFD", t)),
        "then_title": _then(misread("utf-8", _1252), str.title),
        "some_runs_1252": _some(misread("utf-8", _1252), 50),
        "some_runs_mac": _some(misread("utf-8", "mac_roman"), 50),
        "as_viscii_like": misread("utf-8", "cp1258"),
        "as_cp1254": misread("utf-8", "cp1254"),
        "as_cp1257": misread("utf-8", "cp1257"),
        "as_cp1253": misread("utf-8", "cp1253"),
        "as_latin10": misread("utf-8", "iso8859-16"),
        "as_koi8u": misread("utf-8", "koi8-u"),
        "as_mac_latin2": misread("utf-8", "mac_latin2"),
        "as_mac_greek": misread("utf-8", "mac_greek"),
        "as_big5hkscs": misread("utf-8", "big5hkscs"),
        "as_johab": misread("utf-8", "johab"),
        "as_euc_kr_lost": _then(misread("utf-8", "euc_kr"), lambda t: t.replace("\ufffd", "")),
        "replaced_by_spaces": _runs(lambda run: " " * len(run.encode())),
        "replaced_by_underscores": _runs(lambda run: "_" * len(run.encode())),
        "replaced_by_stars": _runs(lambda run: "*" * len(run)),
        "replaced_by_hashes": _runs(lambda run: "#" * len(run)),
        "replaced_by_blocks": _runs(lambda run: "█" * len(run)),
        "replaced_by_diamonds": _runs(lambda run: "◊" * len(run)),
        "replaced_by_inverted": _runs(lambda run: "¿" * len(run)),
        "box_with_code": _units("[U+{:04X}]"),
        "utf16_spaced": lambda d, t: " ".join(t),
        "utf16_be_with_marks": lambda d, t: "".join(f"?{c}" for c in t),
    }
    for name, make in both.items():
        if not name.startswith("utf16_be"):
            yield Variant("mojibake", f"sc_{name}", "zh", make, "either")
        yield Variant("mojibake", f"sc_{name}_en", "en", make, "either", curled)
    for name, make in {
        "ascii_of_1252": _then(misread("utf-8", _1252), _ascii),
        "tm_as_letters": _then(misread("utf-8", _1252), lambda t: t.replace("™", "TM").replace("œ", "oe")),
        "smart_as_c1_names": _bytes("<{:02X}>", "cp1252"),
        "cp1252_as_hex_words": _bytes("0x{:02x}", "cp1252"),
        "as_tex": lambda d, t: (
            t.replace("“", "``")
            .replace("”", "''")
            .replace("é", "\\'e")
            .replace("ï", '\\"\\i')
            .replace("’", "'")
            .replace("–", "--")
        ),
        "first_byte_lost": _runs(lambda run: run.encode()[1:].decode(_1252)),
        "last_byte_lost": _runs(lambda run: run.encode()[:-1].decode(_1252)),
    }.items():
        yield Variant("mojibake", f"sc_{name}", "en", make, "either", priced)
    for name, make in {
        "hz": lambda d, t: _hz(t),
        "iso2022": lambda d, t: _jis(t),
        "gbk_seven_bits": _seven_bits("gbk"),
        "gbk_hex": _bytes("{:02X}", "gbk"),
        "gbk_as_cp1253": misread("gbk", "cp1253"),
        "gbk_as_big5hkscs": misread("gbk", "big5hkscs"),
        "gbk_as_johab": misread("gbk", "johab"),
        "big5_as_cp1252": misread("big5", _1252),
        "big5_as_euc_kr": misread("big5", "euc_kr"),
        "big5_as_shift_jis": misread("big5", "cp932"),
        "some_as_gbk": _some(misread("utf-8", "gb18030"), 40),
        "some_gbk_as_latin1": _some(misread("gbk", "latin-1"), 40),
        "bytes_swapped": lambda d, t: _runs(
            lambda run: b"".join(
                run.encode("gbk", "ignore")[n : n + 2][::-1] for n in range(0, len(run) * 2, 2)
            ).decode("gbk", "ignore")
        )(d, t),
        "big5_reversed": lambda d, t: t.encode("gbk", "ignore")[::-1].decode("gbk", "ignore"),
        "next_code_point": _runs(lambda run: "".join(chr(ord(c) + 1) for c in run)),
        "upper_byte_lost": _runs(lambda run: "".join(chr(ord(c) & 0xFF or 32) for c in run)),
    }.items():
        yield Variant("mojibake", f"sc_{name}", "zh", make, "either")
