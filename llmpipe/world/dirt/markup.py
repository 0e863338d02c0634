"""HTML around the text and in it."""

import html

from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw


def _tags(draw: Draw, base: Base) -> Planted:
    tag = draw.choice(("p", "div", "li"))
    lines = [f"<{tag}>{html.escape(line, quote=False)}</{tag}>" for line in base.document.text.split("\n")]
    return Planted("\n".join(lines), "repair", base.document.text)


def _breaks(draw: Draw, base: Base) -> Planted:
    text = html.escape(base.document.text, quote=False).replace("\n", draw.choice(("<br>", "<br/>\n", "<br />")))
    return Planted(f'<div class="text">{text}</div>', "repair", base.document.text)


def _entities(draw: Draw, base: Base) -> Planted | None:
    """Named entities for accents, quotes and signs, and a hard space after the first word."""
    text = html.escape(base.document.text, quote=True)
    for character, name in (("é", "eacute"), ("è", "egrave"), ("à", "agrave"), ("ê", "ecirc")):
        text = text.replace(character, f"&{name};")
    first = text.find(" ")
    if first > 0:
        text = f"{text[:first]}&nbsp;{text[first + 1 :]}"
    return Planted(text, "repair", base.document.text) if text != base.document.text else None


SCRIPTS = ("var n = {n}; track(n);", "window.load(function () {{ show({n}); }});", "if (a < {n}) {{ b = a && c; }}")


def _script(draw: Draw, base: Base) -> Planted:
    code = draw.choice(SCRIPTS).format(n=draw.between(1, 9999))
    style = "<style>.a{color:red}</style>\n" if draw.chance(50) else ""
    paragraphs = "\n".join(f"<p>{html.escape(line, quote=False)}</p>" for line in base.document.text.split("\n"))
    return Planted(f"{style}<script>{code}</script>\n{paragraphs}", "repair", base.document.text)


def _numeric_entities(draw: Draw, base: Base) -> Planted:
    """Every accented or Chinese character, or each vowel e, as a number."""
    form = draw.choice(("&#{};", "&#x{:x};"))
    hide = (lambda c: ord(c) > 127) if not base.document.text.isascii() else (lambda c: c == "e")
    text = "".join(form.format(ord(c)) if hide(c) else html.escape(c) for c in base.document.text)
    return Planted(text, "repair", base.document.text)


def _page(draw: Draw, base: Base) -> Planted:
    """A whole page with a comment, attributes in both quotes and an upper-case tag."""
    body = "\n".join(
        f"<P class='t{n}'>{html.escape(line)}</P>" for n, line in enumerate(base.document.text.split("\n"))
    )
    head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"></head>'
    text = f"{head}<body><!-- ad {draw.below(999)} -->\n{body}\n</body></html>"
    return Planted(text, "repair", base.document.text)


VARIANTS = (
    Variant("tags", _tags),
    Variant("breaks", _breaks),
    Variant("entities", _entities),
    Variant("script", _script),
    Variant("numeric_entities", _numeric_entities, unseen=True),
    Variant("page", _page, unseen=True),
)
