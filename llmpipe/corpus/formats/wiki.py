"""Pages of wikis: MediaWiki, DokuWiki, Jira and Confluence, Creole."""

import re

_TABLE = re.compile(r"^\{\|.*?^\|\}[ \t]*\n?", re.DOTALL | re.MULTILINE)
_SHOWN = re.compile(
    r"\{\{(?:lang|nowrap|nobr|small|big|nbsp|tooltip|abbr|transl|link|tsl|le|link-en)\|(?:[^{}|]*\|)*([^{}|]+)\}\}",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"^[ \t]*\{\{[^{}]*\}\}[ \t]*\n|\{\{[^{}]*\}\}", re.MULTILINE)
_VARIANT = re.compile(r"-\{(?:[^{}]*?zh-(?:hans|cn):([^{};]*);?[^{}]*|([^{}:;]*))\}-")
_MAGIC = re.compile(r"__[A-Z]{3,}__|^__[\u4e00-\u9fff]{3,}__[ \t]*\n?|~~[A-Z]{3,}[:\w]*~~", re.MULTILINE)
_REFERENCE = re.compile(r"<ref(?: [^<>]*)?(?<!/)>.*?</ref>", re.DOTALL)
_REFERENCE_TAG = re.compile(
    r"<ref[ >][^<>]*/>|<references[^<>]*/>|</?(?:nowiki|noinclude|includeonly|onlyinclude)[ /]*>"
)
_FILE = re.compile(
    r"\[\[(?:File|Image|Media|Category|文件|图像|檔案|档案|圖像|分类|分類|Fichier|Catégorie)\s*:(?:[^\[\]]|"
    r"\[\[[^\[\]]*\]\])*\]\][ \t]*\n?",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"^\[\[[a-z]{2,3}(?:-[a-z]{2,8})?:[^\[\]|\n]+\]\][ \t]*\n?", re.MULTILINE)
_LINK = re.compile(r"\[\[[^\[\]|\n]{1,300}\|[ \t]*([^\[\]|\n]{1,300})\]\]")
_PLAIN_LINK = re.compile(r"\[\[([^\[\]|\n]{1,200})\]\]")
_OUTER_LINK = re.compile(r"\[(?:https?:|ftp:)?//[^\s\[\]]+[ \t]+([^\[\]\n]+)\]")
_JIRA_LINK = re.compile(r"\[([^\[\]|\n]+)\|(?:https?://|#|mailto:|\^)[^\[\]\s]*\]")
_EMPTY_HEADING = re.compile(r"^={2,6}[ \t]*={2,6}[ \t]*\n?", re.MULTILINE)
_MACRO = re.compile(
    r"^\{(?:toc|panel|info|note|warning|tip|quote|code|noformat|anchor|excerpt|expand|section|"
    r"column|status|children|include)(?::[^{}\n]*)?\}[ \t]*\n?",
    re.MULTILINE,
)
_PAIRED = re.compile(r"\{(color|quote|noformat|code|panel)(?::[^{}\n]*)?\}([^{}]*)\{\1\}")
_BRACED = re.compile(r"\{([*_+^~-])\}([^{}\n]+)\{\1\}")
_PICTURE = re.compile(r"(?<![\w!])![\w./-]+\.(?:png|jpe?g|gif|svg|bmp)(?:\|[^!\n]*)?!", re.IGNORECASE)
_CREOLE_MACRO = re.compile(r"<<[A-Z]\w+(?:\([^()]*\))?>>")
_DEPTH = 8


def wiki(text: str) -> str:
    """A page's source as text; a text with code in backticks stays."""
    if "`" in text:
        return text
    before = text
    if "<ref" in text or "<no" in text or "wiki>" in text:
        text = _REFERENCE_TAG.sub("", text)
        text = _REFERENCE.sub("", text) if "</ref>" in text else text
    if "{|" in text and "\n|}" in text:
        text = _TABLE.sub("", text)
    if "{{" in text:
        text = _SHOWN.sub(r"\1", text)
        for _ in range(_DEPTH):
            shorter = _TEMPLATE.sub("", text)
            if shorter == text:
                break
            text = shorter
    if "-{" in text:
        text = _VARIANT.sub(lambda match: match[1] or match[2] or "", text)
    if "[[" in text:
        text = _LANGUAGE.sub("", _FILE.sub("", text))
        text = _PLAIN_LINK.sub(r"\1", _LINK.sub(r"\1", text)) if _LINK.search(text) else text
    if "[" in text:
        text = _JIRA_LINK.sub(r"\1", _OUTER_LINK.sub(r"\1", text))
    if "__" in text or "~~" in text:
        text = _MAGIC.sub("", text)
    if "{" in text:
        text = _MACRO.sub("", _PAIRED.sub(r"\2", _BRACED.sub(r"\2", text)))
    if "<<" in text:
        text = _CREOLE_MACRO.sub("", text)
    if text != before:
        text = _PICTURE.sub("", _EMPTY_HEADING.sub("", text))
    return text
