"""What a word is where no language says it better: a run of letters and digits, or one Han character."""

import regex

WORD = regex.compile(r"\p{Han}|[[\p{L}\p{N}\p{M}]--\p{Han}]+", regex.VERSION1)
