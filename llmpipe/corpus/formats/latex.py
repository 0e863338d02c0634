"""LaTeX source: commands, environments, remarks. Formulas stay as they are written."""

import re
import unicodedata

_BODY = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|\Z)", re.DOTALL)
_TEXT_COMMAND = re.compile(
    r"\\(?:documentclass|usepackage|(?:sub)*section|chapter|paragraph|label|ref|eqref|cite\w*|"
    r"emph|text(?:bf|it|sc|tt|sl|rm|sf)|"
    r"footnote|index|includegraphics|bibliography\w*|caption|hyperref|href|title|author|vspace|"
    r"hspace)\*?(?:\[[^\]\n]*\])?\{"
)
_BARE_COMMAND = re.compile(
    r"\\(?:noindent|par|maketitle|item|newpage|clearpage|centering|smallskip|medskip|bigskip|pause|tableofcontents|"
    r"(?<=\{\\)(?:bf|it|em|sc|tt|rm|sl))(?![a-zA-Z])"
)
_ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}")
_MIN_COMMANDS = 2
_MATH = re.compile(
    r"\$\$.+?\$\$|(?<!\\)\$[^$\n]+?(?<!\\)\$|\\\(.+?\\\)|\\\[.+?\\\]"
    r"|\\begin\{(equation|align|gather|multline|eqnarray|math|displaymath)\*?\}.*?\\end\{\1\*?\}",
    re.DOTALL,
)
_REMARK = re.compile(r"(?m)^[ \t]*%.*\n?|(?<!\\)%.*$")
_FLOATS = re.compile(
    r"\\begin\{(figure|table|thebibliography|tikzpicture|filecontents|comment|lstlisting|"
    r"verbatim)\*?\}.*?\\end\{\1\*?\}\s*",
    re.DOTALL,
)
_GROUP = r"(?:\{[^{}]*\})"
_DROPPED = re.compile(
    r"([ ~]?)\\(?:label|ref|eqref|pageref|autoref|cref|cite\w*|nocite|footnote(?:mark|text)?|"
    r"bibliography|bibliographystyle|index|vspace|"
    r"hspace|includegraphics|usepackage|documentclass|pagestyle|thispagestyle|setlength|"
    r"addtolength|setcounter|input|include|"
    r"hypersetup|graphicspath|title|author|date|thanks|affiliation|address|email|newcommand|"
    r"renewcommand|def|begin|end|bibitem|"
    rf"addcontentsline|definecolor|color|fontsize|selectfont|rule|todo)(?![a-zA-Z])\*?(?:\[[^\[\]]*\]|{_GROUP})*"
)
_TWO = re.compile(
    rf"\\(?:href|textcolor|colorbox|hyperlink|hypertarget|raisebox|parbox|"
    rf"scalebox)\*?(?:\[[^\]]*\])*{_GROUP}\{{([^{{}}]*)\}}"
)
_ONE = re.compile(r"\\[a-zA-Z]+\*?(?:\[[^\]\n]*\])*\{([^{}]*)\}")
_NONE = re.compile(r"\\[a-zA-Z]+\*?(?:\[[^\]\n]*\])?[ \t]*")
_BREAK = re.compile(r"[ \t]*\\\\\*?(?:\[[\d.]*\w*\])?[ \t]*\n?")
_ACCENTS = dict(
    zip("'`\"^~=.cvuHkr", "\u0301\u0300\u0308\u0302\u0303\u0304\u0307\u0327\u030c\u0306\u030b\u0328\u030a", strict=True)
)
_ACCENT = re.compile(r"\\(['`\"^~=.])\s*\{?\\?([A-Za-z])\}?|\\([cvuHkr])\{([A-Za-z])\}")
_LETTERS = {
    "ss": "ß",
    "o": "ø",
    "O": "Ø",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "l": "ł",
    "L": "Ł",
    "i": "ı",
}
_LETTER = re.compile(rf"\{{?\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?:\}}|\{{\}}| |(?![a-zA-Z]))")
_SIGNS = {"``": "“", "''": "”", "---": "—", "--": "–", "~": " "}
_SIGN = re.compile(r"``|''|-{2,3}|(?<!\\)~")
_ESCAPED = re.compile(r"\\([%&$#_{}])")
_DEPTH = 6
_HOLE = "\ue0f0{}\ue0f1"


def latex(text: str) -> str:
    """Source of LaTeX as text; a text with a formula, or one that names commands, stays."""
    if "`" in text.replace("``", "") or not _is_source(text):
        return text
    body = _BODY.search(text)
    text = _FLOATS.sub("", _REMARK.sub("", body[1] if body else text))
    formulas: list[str] = []

    def put_away(match: re.Match[str]) -> str:
        formulas.append(match[0])
        return _HOLE.format(len(formulas) - 1)

    text = _ACCENT.sub(_accented, _MATH.sub(put_away, text))
    text = _LETTER.sub(lambda match: _LETTERS[match[1]], text)
    text = _ESCAPED.sub(lambda match: chr(0xE100 + ord(match[1])), text)  # no grammar any more
    for _ in range(_DEPTH):
        before = text
        text = _ONE.sub(r"\1", _TWO.sub(r"\1", _DROPPED.sub(_gap, text)))
        if text == before:
            break
    text = _NONE.sub("", _BREAK.sub("\n", text)).replace("{", "").replace("}", "")
    text = _SIGN.sub(lambda match: _SIGNS[match[0]], text)
    text = re.sub("[\ue120-\ue17f]", lambda match: chr(ord(match[0]) - 0xE100), text)
    text = re.sub("\ue0f0(\\d+)\ue0f1", lambda match: formulas[int(match[1])], text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


def _is_source(text: str) -> bool:
    commands = len(_TEXT_COMMAND.findall(text)) + len(_BARE_COMMAND.findall(text))
    begins = _ENVIRONMENT.search(_MATH.sub("", text)) if "\\begin{" in text else None
    environment = begins is not None and f"\\end{{{begins[1]}}}" in text
    return commands + 2 * (environment or "\\begin{document}" in text) >= _MIN_COMMANDS


def _gap(match: re.Match[str]) -> str:
    """A space, where a command stood between two words."""
    return " " if match[1] and match.string[match.end() : match.end() + 1].isalnum() else ""


def _accented(match: re.Match[str]) -> str:
    mark, letter = match[1] or match[3], match[2] or match[4]
    found = unicodedata.normalize("NFC", letter + _ACCENTS[mark])
    return found if len(found) == 1 else match[0]
