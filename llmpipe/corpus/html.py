"""HTML to text, only for texts that are HTML: `a < b` and `x<sub>2</sub>` in prose stay as they are."""

import html as entities
import re
from functools import partial

from selectolax.lexbor import LexborHTMLParser, LexborNode

from llmpipe.corpus.mentions import mentioned_entities, speaks_of_tags

_BLOCKS = (
    "address|article|aside|blockquote|body|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|"
    "form|h[1-6]|header|hr|html|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_ROWS = (
    "address, article, aside, blockquote, caption, center, dd, details, div, dl, dt, fieldset, figcaption, figure, "
    "h1, h2, h3, h4, h5, h6, header, hr, li, main, ol, p, section, summary, table, tbody, tfoot, thead, tr, ul"
)  # what stands on lines of its own
_INLINE = (
    "a|abbr|b|big|button|cite|code|em|font|i|iframe|img|input|kbd|label|mark|option|s|script|select|small|span|strike|"
    "strong|style|svg|u|video"
)
_VOID = "br|hr|img|input|link|meta"
_ATTRIBUTES = (
    r"""(?:\s+[a-zA-Z_:@][\w:.-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)"""
    r"|\s+(?:async|defer|hidden|checked|disabled|open|selected))"
)
_DOCUMENT = re.compile(r"<!doctype\s+html|<(?:html|head|body|script|style|title)(?:\s[^<>]*)?>", re.IGNORECASE)
_WITH_ATTRIBUTES = re.compile(rf"<(?:{_BLOCKS}|{_INLINE}|{_VOID}){_ATTRIBUTES}+\s*/?>", re.IGNORECASE)
_PLAIN_PAIR = re.compile(rf"<({_BLOCKS}|{_INLINE})>(?=.*?</\1\s*>)", re.IGNORECASE | re.DOTALL)
_ANY_BLOCK = re.compile(rf"<(?:{_BLOCKS})\b", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_STRAY = re.compile(rf"</(?:{_BLOCKS}|{_INLINE})\s*>|<\?(?:php|xml|=)|</?[ovw]:[a-z]+\s*/?>|<!\[CDATA\[", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?!su[bp]>)([a-z][\w:-]{1,20})>[^<>]{0,2000}</\1>", re.IGNORECASE)  # of XML
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_ENTITY = re.compile(
    r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});|&(?:nbsp|quot|lt|gt|#\d{2,5})(?![\w;=])", re.IGNORECASE
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DROPPED = (
    "script, style, noscript, template, svg, head, iframe, select, button, nav, footer, form, dialog, object, canvas, "
    "[hidden], [style*='display:none'], [style*='display: none'], .lineno, .linenos, .gutter"
)
_CHROME = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|navigation|menu|footer|cookies?|consent|breadcrumbs?|sidebar|social|share|sharing|advert|ads?|"
    r"newsletter|pagination|skip-link)(?:$|[-_\s])",
    re.IGNORECASE,
)
_CHROME_SELECTOR = "div, ul, ol, section, aside, header, p, span, a"
# Stand for white space that is not collapsed, and begin a line that is not left out when empty; private use
_MARK, _HARD_SPACE, _HARD_TAB, _KEPT = "\ue0ff", "\ue0fe", "\ue0fd", "\ue0fc"
_HARD = str.maketrans({"\n": _MARK + _KEPT, " ": _HARD_SPACE, "\t": _HARD_TAB})
_SOFT = str.maketrans({_HARD_SPACE: " ", _HARD_TAB: "\t", _KEPT: ""})
_NO_MARKS = str.maketrans(dict.fromkeys((_MARK, _HARD_SPACE, _HARD_TAB, _KEPT), ""))
_CELL_BLOCKS = "p, div, li, dd, table, pre, h1, h2, h3, h4, h5, h6, blockquote"


def looks_like_html(text: str) -> bool:
    """
    Whether a text is HTML, or plain text with real HTML tags in it: closed pairs, attributes or line breaks.

    Tags that a text only speaks of are none: `the <br> tag breaks a line`.
    """
    return "<" in text and ">" in text and _has_tags(text) and not speaks_of_tags(text)


def _has_tags(text: str) -> bool:
    if _DOCUMENT.search(text):
        return True
    if "`" in text:
        text = _CODE.sub("", text)  # a text about HTML shows tags as code
    return bool(
        _WITH_ATTRIBUTES.search(text)
        or _BREAK.search(text)
        or _PLAIN_PAIR.search(text)
        or _COMMENT.search(text)
        or _STRAY.search(text)
        or _ELEMENT.search(text)
    )


def html_to_text(text: str) -> str:
    """
    The text of HTML: paragraphs, headings and items on lines of their own; scripts, navigation and footers left out.

    Code (`<pre>`) keeps its lines and indentation, a row of a table is a line with ` | ` between its cells.
    """
    if "<![CDATA[" in text:
        text = _CDATA.sub("", text)
    has_blocks = _ANY_BLOCK.search(text) is not None
    tree = LexborHTMLParser(text.translate(_NO_MARKS))
    body = tree.body
    if body is None:
        return ""
    for node in body.css(_DROPPED):
        node.decompose()
    _drop_chrome(body)
    for node in body.css("pre br"):
        node.replace_with("\n")
    for row in body.css("tr"):
        _join_cells(row)
    for node in body.css("pre"):
        node.replace_with(_MARK + node.text().strip("\n").translate(_HARD) + _MARK)
    for node in body.css("br"):
        node.replace_with(_MARK)
    for node in body.css(_ROWS):
        node.insert_before(_MARK)
        node.insert_after(_MARK)
    lines = body.text().replace("\n", " " if has_blocks else _MARK).split(_MARK)
    lines = [" ".join(line.split()) for line in lines]
    return "\n".join(line.translate(_SOFT).rstrip() for line in lines if line or not has_blocks)


def _join_cells(row: LexborNode) -> None:
    """Make a row of data one line; cells with several blocks, code or a table lay out a page and stay apart."""
    cells = row.css("td, th")
    if row.css_first("table, pre") or any(len(cell.css(_CELL_BLOCKS)) > 1 for cell in cells):
        for cell in cells:
            cell.insert_after(_MARK)
        return
    for node in row.css("br"):
        node.replace_with(" ")
    texts = [" ".join(cell.text().split()) for cell in cells]
    row.replace_with(_MARK + (" | ".join(texts) if any(texts) else "") + _MARK)


def _drop_chrome(body: LexborNode) -> None:
    """Remove elements whose class, id or role says navigation, unless that is most of the page."""
    total = len(body.text())
    for node in body.css(_CHROME_SELECTOR):
        attributes = node.attributes
        names = " ".join(attributes.get(key) or "" for key in ("class", "id", "role"))
        if names.strip() and _CHROME.search(names) and len(node.text()) * 2 < total:
            node.decompose()


def _character(match: re.Match[str], kept: frozenset[int]) -> str:
    return match[0] if match.start() in kept else entities.unescape(match[0])


def unescape(text: str) -> str:
    """Character references to characters, also escaped again and again: `Q&amp;amp;A` -> `Q&A`; tags among them go."""
    if "&" not in text:
        return text
    before = text
    for _ in range(4):
        if "&" not in text or not _ENTITY.search(text):
            break
        shorter = _ENTITY.sub(partial(_character, kept=mentioned_entities(text)), text)
        if shorter == text:
            break
        text = shorter
    if text != before and "&lt;" in before.replace("amp;", "") and "`" not in text:
        return html(text)  # markup that was escaped whole
    return text


def html(text: str) -> str:
    """Text of HTML, or the text itself when it is none."""
    return html_to_text(text) if looks_like_html(text) else text
