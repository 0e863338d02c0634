"""Text that was read in the wrong encoding."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Iterator

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)

from variants.shaping import Make, Variant, curled, curly, each_han, misread, some_lines, twice

_MAC, _DOS = "mac_roman", "cp437"


def _lossy(right: str, wrong: str, lost: str = r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]") -> Make:
    """Misread, and what a program does not print is gone."""
    return lambda draw, text: re.sub(lost, "", text.encode(right, "ignore").decode(wrong, "replace"))


def _shifted(encoding: str) -> Make:
    """A byte is gone, so that two-byte characters are cut in the wrong places."""
    return lambda draw, text: text.encode(encoding, "ignore")[1:].decode(encoding, "ignore")


def _add(name: str, languages: str, make: Make, expected: str = "either") -> Variant:
    return Variant("mojibake", name, languages, make, expected)


def common() -> Iterator[Variant]:
    """The encodings that are often confused."""
    yield _add("quotes_as_cp1252", "en", curly(misread("utf-8", "sloppy-windows-1252")), "repair")
    yield _add("quotes_as_latin1", "en", curly(misread("utf-8", "latin-1")), "repair")
    yield _add("quotes_as_macroman", "en", curly(misread("utf-8", _MAC)), "repair")
    yield _add("quotes_as_cp437", "en", curly(misread("utf-8", _DOS)))
    yield _add("quotes_as_cp1251", "en", curly(misread("utf-8", "cp1251")))
    yield _add("quotes_as_gbk", "en", curly(misread("utf-8", "gb18030")))
    yield _add("cp1252_as_utf8", "en", curly(misread("cp1252", "utf-8")))
    yield _add("cp1252_as_macroman", "en", curly(misread("cp1252", _MAC)))
    yield _add(
        "thrice",
        "en",
        curly(
            twice(
                misread("utf-8", "sloppy-windows-1252"),
                twice(misread("utf-8", "sloppy-windows-1252"), misread("utf-8", "sloppy-windows-1252")),
            )
        ),
        "repair",
    )
    yield _add("zh_as_cp1252", "zh", misread("utf-8", "sloppy-windows-1252"), "repair")
    yield _add("zh_as_latin9", "zh", misread("utf-8", "iso8859-15"))
    yield _add("zh_as_macroman", "zh", misread("utf-8", _MAC))
    yield _add("zh_as_gb18030", "zh", misread("utf-8", "gb18030"))
    yield _add("zh_as_big5", "zh", misread("utf-8", "big5"))
    yield _add("zh_as_shift_jis", "zh", misread("utf-8", "cp932"))
    yield _add("zh_as_euc_kr", "zh", misread("utf-8", "cp949"))
    yield _add("zh_as_cp1251", "zh", misread("utf-8", "cp1251"))
    yield _add("zh_as_koi8", "zh", misread("utf-8", "koi8-r"))
    yield _add("gbk_as_cp1252", "zh", misread("gbk", "sloppy-windows-1252"))
    yield _add("gbk_as_big5", "zh", misread("gbk", "big5"))
    yield _add("gbk_as_utf8", "zh", misread("gbk", "utf-8"))
    yield _add("gbk_as_euc_kr", "zh", misread("gbk", "cp949"))
    yield _add("gbk_as_shift_jis", "zh", misread("gbk", "cp932"))
    yield _add("big5_as_gbk", "zh", misread("big5", "gbk"))
    yield _add("big5_as_latin1", "zh", misread("big5", "latin-1"))
    yield _add("half_of_it", "zh", some_lines(misread("utf-8", "sloppy-windows-1252")))
    yield _add("half_of_it_gbk", "zh", some_lines(misread("utf-8", "gb18030")))
    yield _add("question_marks", "zh", lambda d, t: re.sub(r"[\u3000-\u9fff\uff00-\uffef]", "?", t), "drop")
    yield _add("utf16_as_latin1", "en", lambda d, t: t.encode("utf-16-le").decode("latin-1"), "either")
    yield _add(
        "ascii_as_utf16",
        "en",
        lambda d, t: (t.encode("utf-8") + b" " * (len(t.encode()) % 2)).decode("utf-16-le", "replace"),
    )
    yield _add(
        "quoted_printable",
        "zh",
        lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: "".join(f"={b:02X}" for b in m[0].encode()), t),
    )
    yield _add(
        "percent_escapes",
        "zh",
        lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), t),
    )
    yield _add(
        "byte_literals",
        "zh",
        lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: "".join(f"\\x{b:02x}" for b in m[0].encode()), t),
    )
    yield _add("utf7", "zh", lambda d, t: t.encode("utf-7").decode("ascii"))


def rare() -> Iterator[Variant]:
    """Encodings that seldom are, and characters lost on the way."""
    yield _add("quotes_as_questions", "en", lambda d, t: re.sub(r"[^\x00-\x7f]", "?", curled(t).replace("e", "é", 12)))
    yield _add("apostrophes_lost", "en", lambda d, t: re.sub(r"[^\x00-\x7f]", "\ufffd", curled(t)))
    yield _add("quotes_as_latin1_lost", "en", curly(_lossy("utf-8", "latin-1")))
    yield _add("quotes_as_cp1252_lost", "en", curly(_lossy("utf-8", "cp1252")))
    yield _add("quotes_as_cp1250", "en", curly(misread("utf-8", "cp1250")))
    yield _add("quotes_as_cp850", "en", curly(misread("utf-8", "cp850")))
    yield _add("quotes_as_koi8", "en", curly(misread("utf-8", "koi8-r")))
    yield _add("quotes_as_big5", "en", curly(misread("utf-8", "big5")))
    yield _add("quotes_as_shift_jis", "en", curly(misread("utf-8", "cp932")))
    yield _add("quotes_as_thai", "en", curly(misread("utf-8", "tis-620")))
    for encoding in ("cp1253", "cp1254", "cp1257", "iso8859-7", "iso8859-5", "mac_cyrillic", "cp866", "cp852", "johab"):
        yield _add(f"quotes_as_{encoding}", "en", curly(misread("utf-8", encoding)))
        yield _add(f"half_quotes_as_{encoding}", "en", curly(some_lines(misread("utf-8", encoding))))
    for encoding in ("koi8-r", "cp866", "cp437", "cp850", "mac_cyrillic", "mac_latin2", "gb18030", "iso8859-2"):
        yield _add(f"cp1252_as_{encoding}", "en", curly(misread("cp1252", encoding)))
    yield _add("escaped_twice", "en", curly(lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: f"&amp;#{ord(m[0])};", t)))
    yield _add("zh_escaped_twice", "zh", lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: f"&amp;#{ord(m[0])};", t))
    yield _add("zh_as_latin1_lost", "zh", _lossy("utf-8", "latin-1"))
    yield _add("zh_as_cp1252_lost", "zh", _lossy("utf-8", "cp1252"))
    yield _add("gbk_as_latin1_lost", "zh", _lossy("gbk", "latin-1"))
    yield _add("zh_as_gbk_lost", "zh", _lossy("utf-8", "gbk"))
    yield _add("zh_as_cp437", "zh", misread("utf-8", _DOS))
    yield _add("zh_as_cp850", "zh", misread("utf-8", "cp850"))
    yield _add("zh_as_cp866", "zh", misread("utf-8", "cp866"))
    yield _add("zh_as_latin2", "zh", misread("utf-8", "iso8859-2"))
    yield _add("zh_as_thai", "zh", misread("utf-8", "tis-620"))
    yield _add("zh_as_arabic", "zh", misread("utf-8", "cp1256"))
    yield _add("zh_as_hebrew", "zh", misread("utf-8", "cp1255"))
    yield _add("gbk_as_koi8", "zh", misread("gbk", "koi8-r"))
    yield _add("gbk_as_cp1251", "zh", misread("gbk", "cp1251"))
    yield _add("gbk_as_macroman", "zh", misread("gbk", _MAC))
    yield _add("gbk_as_thai", "zh", misread("gbk", "tis-620"))
    yield _add("gbk_shifted", "zh", _shifted("gbk"))
    yield _add("big5_shifted", "zh", _shifted("big5"))
    yield _add("zh_as_shift_jis_lost", "zh", _lossy("utf-8", "cp932"))
    yield _add("zh_as_euc_jp", "zh", misread("utf-8", "euc_jp"))
    yield _add("gbk_as_euc_jp_lost", "zh", _lossy("gbk", "euc_jp"))
    yield _add("utf16_swapped", "zh", misread("utf-16-le", "utf-16-be"))
    yield _add("utf16_swapped_en", "en", misread("utf-16-le", "utf-16-be"))
    yield _add("zh_as_utf16", "zh", misread("utf-8", "utf-16-le"))
    yield _add("utf16_as_gbk", "zh", misread("utf-16-le", "gb18030"))
    yield _add("utf16_as_latin1_zh", "zh", misread("utf-16-le", "latin-1"))
    yield _add(
        "lost_and_saved",
        "zh",
        lambda d, t: t.encode("gbk", "ignore").decode("utf-8", "replace").encode().decode("gbk", "replace"),
    )
    yield _add("debug_fill", "zh", lambda d, t: t[:20] + "烫" * 30 + "屯" * 30)
    yield _add("zh_half_questions", "zh", each_han(lambda d, c: "?", 50))
    yield _add("zh_half_boxes", "zh", each_han(lambda d, c: "□", 30))
    yield _add("zh_twice_lost", "zh", twice(_lossy("utf-8", "cp1252"), _lossy("utf-8", "cp1252")))
    yield _add("zh_as_cp1252_lower", "zh", lambda d, t: t.encode().decode("sloppy-windows-1252").lower())
