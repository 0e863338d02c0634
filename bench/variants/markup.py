"""Markup, escapes and code that stand in text."""

# ruff: noqa: E501  (a line of noise is a line)

import json
import re
from collections.abc import Iterator

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)

from variants.shaping import Make, Variant, framed


def _each_line(form: str) -> Make:
    return lambda draw, text: "\n".join(form.format(line) for line in text.split("\n"))


def _round_words(*forms: str) -> Make:
    """Some words in markup."""
    return lambda draw, text: re.sub(
        r"(?<![\w])[A-Za-z]{4,}(?![\w])|[\u4e00-\u9fff]{2}",
        lambda m: draw.choice(forms).replace("@", m[0]) if draw.chance(12) else m[0],
        text,
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _inside(text: str, line: str) -> str:
    """A line after the first line or sentence of a text."""
    head, sign, tail = text.partition("\n")
    return f"{head}\n{line}\n{tail}" if sign else f"{text}\n{line}"


def _add(name: str, languages: str, make: Make, expected: str = "repair") -> Variant:
    return Variant("html", name, languages, make, expected)


def escapes() -> Iterator[Variant]:
    """Entities and tags, escaped or broken."""
    yield _add("entities_without_semicolon", "en", lambda d, t: t.replace(" ", "&nbsp ", 5).replace('"', "&quot"))
    yield _add(
        "bare_numeric_entities",
        "enzh",
        lambda d, t: (
            re.sub(r"[^\x00-\x7f]", lambda m: f"&#{ord(m[0])} ".rstrip() + ";", t)
            if not t.isascii()
            else t.replace("e", "&#101;")
        ),
    )
    yield _add("broken_apart_entities", "en", lambda d, t: t.replace(" a", " & #97;").replace(", ", "& nbsp;, "))
    yield _add("thrice_escaped", "en", lambda d, t: t.replace(", ", ",&amp;amp;nbsp;").replace("'", "&amp;amp;#39;"))
    yield _add(
        "escaped_tags",
        "enzh",
        lambda d, t: "\n".join(f"&lt;p class=&quot;x&quot;&gt;{line}&lt;/p&gt;" for line in t.split("\n")),
    )
    yield _add(
        "stray_closing_tags",
        "enzh",
        lambda d, t: re.sub(r"(?<=[.。])", lambda m: d.choice(("</p>", "</div>", "</span>", "")), t),
    )
    yield _add("word_tags", "enzh", _each_line("<o:p></o:p>{}<w:br/>"))
    yield _add("unknown_elements", "enzh", _each_line("<para><sentence>{}</sentence></para>"))
    yield _add("cut_off_tag", "enzh", framed('ef="/a/b.html" class="lead">', '\n<a href="/more" targ'))


def code() -> Iterator[Variant]:
    """Code and data around the text."""
    yield _add(
        "css_before",
        "enzh",
        framed(
            ".entry-title a:hover{color:#c00;text-decoration:underline}\n#main .post {margin:0 auto; width:960px}\n@media print { .no { display:none } }\n",
            "",
        ),
    )
    yield _add(
        "script_after",
        "enzh",
        framed(
            "",
            "\nvar _gaq = _gaq || []; _gaq.push(['_setAccount', 'UA-1']);\n(function() { var ga = document.createElement('script'); ga.async = true; })();",
        ),
    )
    yield _add(
        "jquery_inside",
        "enzh",
        lambda d, t: _inside(t, "$(document).ready(function(){ $('.slider').slick({dots: true, speed: 300}); });"),
    )
    yield _add(
        "json_remains",
        "enzh",
        lambda d, t: json.dumps({"id": d.below(9999), "type": "article", "body": t, "tags": []}, ensure_ascii=False),
    )
    yield _add(
        "json_ld_line",
        "enzh",
        framed(
            '{"@context":"https://schema.org","@type":"NewsArticle","headline":"x","author":{"@type":"Person"}}\n', ""
        ),
    )
    yield _add(
        "backslash_escapes",
        "enzh",
        lambda d, t: t.replace("\n", "\\n").replace('"', '\\"').replace(". ", ".\\n\\n").replace("。", "。\\r\\n"),
    )
    yield _add("unicode_escapes", "zh", lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: f"\\u{ord(m[0]):04x}", t))


def languages() -> Iterator[Variant]:
    """Marks of other languages than HTML."""
    yield _add(
        "bb_code",
        "enzh",
        _round_words("[b]@[/b]", "[url=http://a.example/x]@[/url]", "[color=#ff0000]@[/color]", "[i]@[/i]"),
    )
    yield _add("bb_quote", "enzh", lambda d, t: f"[quote=anna]{t}[/quote]")
    yield _add("wiki_links", "enzh", _round_words("[[@]]", "[[Other page|@]]", "'''@'''", "''@''"))
    yield _add(
        "wiki_templates",
        "enzh",
        lambda d, t: (
            "{{Infobox thing | name = x | size = 3}}\n"
            + _inside(t, "{{cite web|url=http://a.example|title=x}}<ref name=a>x 2001</ref>")
        ),
    )
    yield _add(
        "wiki_headings",
        "enzh",
        lambda d, t: re.sub(r"^(.*)$", r"== \1 ==", t, count=1, flags=re.M) + "\n[[Category:Things]]",
    )
    yield _add(
        "shortcodes",
        "enzh",
        lambda d, t: (
            f'[caption id="attachment_{d.below(999)}" align="alignleft" width="300"]{t}[/caption]\n[gallery ids="1,2"]'
        ),
    )
    yield _add(
        "template_tags",
        "enzh",
        lambda d, t: "{% block body %}\n" + _inside(t, "{{ page.title|escape }}") + "\n{% endblock %}",
    )
    yield _add("php_remains", "enzh", lambda d, t: f"<?php the_title(); ?>\n{t}\n<?= $footer ?>")
    yield _add("markdown_links", "enzh", _round_words("[@](http://a.example/x)", "[@][1]"))
    yield _add("markdown_images", "enzh", lambda d, t: _inside(t, '![photo of it](/img/a.png "x")'))
    yield _add(
        "rtf",
        "en",
        lambda d, t: "{\\rtf1\\ansi\\deff0 {\\fonttbl{\\f0 Arial;}}\\pard " + t.replace("\n", "\\par\n") + "\\par}",
        "either",
    )
    yield _add("latex_commands", "en", _round_words("\\textbf{@}", "\\emph{@}", "\\textit{@}"))
    yield _add(
        "conditional_comments", "enzh", lambda d, t: f"<!--[if lt IE 9]><p>old</p><![endif]-->{t}<!-- /wp:paragraph -->"
    )
    yield _add("cdata", "enzh", lambda d, t: f"<![CDATA[{t}]]>")
    yield _add(
        "attribute_tail", "enzh", lambda d, t: _inside(t, 'style="margin:0px;padding:2px" onclick="return false;">')
    )
