"""XML other than pages: feeds, site maps, DocBook, TEI, office documents, dumps of wikis. Values go, text stays."""

import re
from html import unescape

_OPENS = re.compile(
    r"\s*(?:<\?xml[^<>]*\?>\s*)?(?:<!DOCTYPE[^<>\[]*(?:\[.*?\])?>\s*)?(?:<!--.*?-->\s*)*<([A-Za-z][\w:.-]*)", re.DOTALL
)
_PAGES = frozenset(
    word
    for words in (
        "html head body div p span a table tr td th ul ol li dl dt dd br hr img script style section article main",
        "nav header footer aside form input button b i u em strong font center pre code blockquote h1 h2 h3 h4 h5",
        "h6 title link meta iframe svg small sub sup ins del figure figcaption details summary dialog abbr cite q",
        "s strike tt label select option noscript template",
    )
    for word in words.split(" ")
)
# Elements whose content is no text of the document
_VALUES = (
    "guid|pubDate|link|id|published|updated|modified|issued|created|author|contributor|creator|"
    "dc:\\w+|category|generator|lastBuildDate|"
    "managingEditor|webMaster|ttl|docs|cloud|language|copyright|rights|enclosure|comments|"
    "wfw:\\w+|slash:\\w+|media:\\w+|itunes:\\w+|"
    "feedburner:\\w+|sy:\\w+|loc|lastmod|changefreq|priority|icon|logo|image|source|info|"
    "articleinfo|bookinfo|chapterinfo|teiHeader|"
    "ns|parentid|revisionid|timestamp|model|format|sha1|siteinfo|minor|binary|title-info|"
    "document-info|publish-info|head|meta|"
    "metadata|styles|w:sectPr|w:pPr|w:rPr|w:instrText|office:automatic-styles|"
    "office:font-face-decls|office:styles|journal-meta|"
    "article-meta|ref-list|xref|graphic|uuid|isbn|version|licence|license|keywordset|keywords|"
    "indexterm|url|uri|thumbnail|size|type"
)
_VALUE = re.compile(rf"<({_VALUES})(?:\s[^<>]*)?(?<!/)>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_FB2_HEAD = re.compile(r"<description>\s*<title-info>.*?</description>", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_ENDS = re.compile(
    r"</(?:\w+:)?(?:p|para|simpara|formalpara|title|subtitle|head|heading|item|entry|section|"
    r"sect\d|chapter|l|lg|v|verse|line|row|summary|"
    r"description|content|encoded|text|body|abstract|note|quote|blockquote|cue|seg|s|h|li|"
    r"listitem|term|name)\s*>|<(?:\w+:)?(?:br|lb|line-break)\s*/>",
    re.IGNORECASE,
)
_PROLOGUE = re.compile(r"<\?.*?\?>|<!DOCTYPE[^<>\[]*(?:\[.*?\])?>|<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>")
_PAGE_TAG = re.compile(r"<(?:p|br|div|a|b|i|strong|em|ul|li|h[1-6])\b[^<>]*>", re.IGNORECASE)
_MIN_LEFT = 4  # characters


def xml(text: str) -> str:
    """The text of XML that is no page, its own markup in HTML left to `html`; the text itself where little is left."""
    opens = _OPENS.match(text)
    if opens is None or opens[1].lower() in _PAGES or not (text.rstrip().endswith(">") and "</" in text):
        return text
    bodies: list[str] = []

    def put_away(match: re.Match[str]) -> str:
        bodies.append(match[1])
        return f"\ue0f2{len(bodies) - 1}\ue0f3"

    found = _CDATA.sub(put_away, text[opens.end() :])
    found = _VALUE.sub("", _FB2_HEAD.sub("", _PROLOGUE.sub("", found.partition(">")[2])))
    found = _TAG.sub("", _ENDS.sub("\n", found))
    found = unescape(found)
    found = re.sub("\ue0f2(\\d+)\ue0f3", lambda match: bodies[int(match[1])], found)
    lines = (line.strip() for line in found.split("\n"))
    found = "\n".join(line for line in lines if line)
    return found if len(_PAGE_TAG.sub("", found)) >= _MIN_LEFT else text
