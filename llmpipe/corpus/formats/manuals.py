"""Sources of manuals: troff (man, mdoc, ms), Texinfo, Perl's POD."""

import re

_REQUEST = re.compile(
    r"^[.'](?:\\\"|(?:TH|SH|SS|PP|LP|P|TP|IP|HP|RS|RE|B|I|BR|BI|IR|IB|RB|RI|SM|SB|NH|AU|AI|TL|AB|"
    r"AE|QP|DS|DE|TS|TE|EQ|EN|UL|"
    r"Dd|Dt|Os|Sh|Ss|Pp|Nm|Nd|Fl|Ar|Op|Xr|It|Bl|El|Bd|Ed|Em|Sy|Pa|Ev|Ft|Fn|ft|ps|sp|bp|br|in|ti|"
    r"ce|nf|fi|ad|na|hy|nh|de|ds|nr|so|ig|if|ie|el|ll|pl|po|vs|ne|ta)\b).*$",
    re.MULTILINE,
)
_WORDS = re.compile(r"[.'](?:SH|SS|B|I|BR|BI|IR|IB|RB|RI|SM|SB|Sh|Ss|Nm|Em|Sy|Pa|TL|UL)\b[ \t]*(.*)")
_FONT = re.compile(r"\\f(?:[A-Z0-9]|\([A-Z]{2}|\[\w*\])|\\s[-+]?\d|\\[&|^%/,c]")
_TROFF = {
    "\\-": "-",
    "\\(em": "—",
    "\\(en": "–",
    "\\(bu": "•",
    "\\(lq": "“",
    "\\(rq": "”",
    "\\(oq": "‘",
    "\\(cq": "’",
    "\\(aq": "'",
    "\\(co": "©",
    "\\e": "\\",
    "\\ ": " ",
    "\\~": " ",
}
_TROFF_SIGN = re.compile("|".join(map(re.escape, _TROFF)))
_MIN_REQUESTS = 2

_NODE = re.compile(
    r"^@(?:node|settitle|setfilename|chapter|(?:sub)*section|unnumbered\w*|menu|end|bye|c|comment|"
    r"cindex|findex|kindex|item|itemize|table|example|direntry|include|top|copying)\b",
    re.MULTILINE,
)
_TITLED = re.compile(
    r"^@(?:chapter|(?:sub)*section|unnumbered\w*|appendix\w*|heading|subheading|item|itemx|center)[ \t]+(.*)$",
    re.MULTILINE,
)
_COMMAND_LINE = re.compile(r"^@(?!(?:\w+\{|@))[a-z]+\b.*\n?|^\\input .*\n?", re.MULTILINE)
_MENU = re.compile(r"^@menu.*?^@end menu\n?", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"@(?:[a-z]+)\{([^{}]*)\}")

_DIRECTIVE = re.compile(r"^=(?:pod|head\d|cut|over|item|back|encoding|begin|end|for)\b", re.MULTILINE)
_HEADED = re.compile(r"^=(?:head\d|item)[ \t]+(?=\S)", re.MULTILINE)
_OTHER = re.compile(r"^=(?:pod|cut|over|back|encoding|begin|end|for|head\d|item)\b.*\n?", re.MULTILINE)
_POD_LINK = re.compile(r"L<(?:([^<>|]+)\|)?([^<>]+)>")
_POD_CODE = re.compile(r"[BICFSXZ]<(?:< (.+?) >|([^<>]*))>")


def troff(text: str) -> str:
    """A manual page without its requests and fonts; what stands in a request for a heading or a font is text."""
    if len(_REQUEST.findall(text)) < _MIN_REQUESTS:
        return text
    lines = []
    for line in text.split("\n"):
        words = _WORDS.fullmatch(line)
        if words:
            lines.append(words[1].strip('"'))
        elif not _REQUEST.match(line):
            lines.append(line)
    return _TROFF_SIGN.sub(lambda match: _TROFF[match[0]], _FONT.sub("", "\n".join(lines)))


def texinfo(text: str) -> str:
    """A manual in Texinfo without its commands; titles and what stands in braces is text."""
    if len(_NODE.findall(text)) < _MIN_REQUESTS:
        return text
    text = _COMMAND_LINE.sub("", _TITLED.sub(r"\1", _MENU.sub("", text)))
    for _ in range(4):
        text = _CODE.sub(r"\1", text)
    return text.replace("@@", "@").replace("@{", "{").replace("@}", "}")


def pod(text: str) -> str:
    """Perl's documentation without its directives and codes."""
    if len(_DIRECTIVE.findall(text)) < _MIN_REQUESTS:
        return text
    text = _OTHER.sub("", _HEADED.sub("", text))
    text = _POD_LINK.sub(lambda match: match[1] or match[2], text)
    for _ in range(3):
        text = _POD_CODE.sub(lambda match: match[1] or match[2] or "", text)
    return text.replace("E<lt>", "<").replace("E<gt>", ">")
