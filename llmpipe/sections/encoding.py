"""Names of the encodings of text."""

import codecs
from typing import Annotated

from pydantic import AfterValidator

_NO_ENCODINGS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}  # codecs for other uses


def codec(name: str) -> str:
    """
    Python's name of an encoding of text: `"UTF8"` -> `"utf-8"`.

    Raises:
        LookupError: There is none of this name.
    """
    found = codecs.lookup(name).name
    if found.replace("_", "-") in _NO_ENCODINGS:
        raise LookupError(name)
    b"a".decode(found, "replace")  # refuses what is no text, such as zip
    return found


def _encoding(name: str) -> str:
    try:
        return name if name == "auto" else codec(name)
    except LookupError:
        raise ValueError("unknown encoding; write auto, or one that Python knows, such as gb18030") from None


Encoding = Annotated[str, AfterValidator(_encoding)]  # auto: UTF-8, UTF-16 by its mark, GB18030 or cp1252
