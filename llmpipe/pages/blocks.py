"""
What a page is made of: headings, paragraphs, lists, tables and figures, written once as Markdown and as HTML.

Texts may hold `code` and **bold**; nothing else is markup, so that model output cannot become any.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

NUMBER = re.compile(r"[\d.,%\[\] –<±-]+")  # 1,200; 0.98 [0.95, 0.99]; 0.81 ± 0.02; <0.001; a dash for nothing
DIGIT = re.compile(r"\d")
STYLE = """
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f4f6f9; --text: #1b1f26; --muted: #5b6472; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a404b; --soft: #23272f; --text: #e6e8ec; --muted: #a0a8b5; --page: #171a20; }
}
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
  "WenQuanYi Zen Hei", sans-serif; color: var(--text); background: var(--page); max-width: 68rem; margin: 0 auto;
  padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.8rem 0 .4rem; }
p, ul { margin: .5rem 0; max-width: 52rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; padding: 0; font-size: .95rem;
  margin-bottom: 1rem; }
a { color: inherit; text-decoration-color: var(--muted); text-underline-offset: .2em; }
.scroll { overflow-x: auto; margin: .7rem 0 1rem; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .32rem .8rem .32rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 600; white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; }
code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .9em;
  background: var(--soft); padding: .05em .3em; border-radius: 3px; overflow-wrap: anywhere; }
figure { margin: 1rem 0; background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: .6rem; }
figure svg { max-width: 100%; height: auto; display: block; margin: 0 auto; }
figcaption { color: #444; font-size: .88rem; padding: .3rem .4rem 0; }
"""


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (the title), 2 or 3."""

    level: int
    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Items:
    """An unordered list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table; columns of nothing but numbers and intervals are aligned right."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def numeric(self) -> list[bool]:
        """Which columns hold only numbers, and at least one."""
        columns = [[row[index] for row in self.rows] for index in range(len(self.header))]
        return [all(map(NUMBER.fullmatch, cells)) and any(map(DIGIT.search, cells)) for cells in columns]


@dataclass(frozen=True)
class Figure:
    """A plot as SVG; `name` is its file name without suffix."""

    name: str
    caption: str
    svg: str


Block = Heading | Text | Items | Table | Figure


def to_markdown(blocks: Sequence[Block]) -> str:
    """Blocks as GitHub Markdown; figures are links to `plots/NAME.svg`."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {text}"
        case Text(text):
            return text
        case Items(items):
            return "\n".join(f"- {item}" for item in items)
        case Table(header, rows):
            marks = ["---:" if number else "---" for number in block.numeric]
            return "\n".join("| " + " | ".join(map(_cell, row)) + " |" for row in [header, marks, *rows])
        case Figure(name, caption, _):
            return f"![{caption}](plots/{name}.svg)"


def _cell(text: str) -> str:
    """Text that cannot end the cell, nor become HTML, a link or an image."""
    for plain, escaped in (("\\", "\\\\"), ("|", "\\|"), ("&", "&amp;"), ("<", "&lt;"), ("](", "]\\("), ("\n", "<br>")):
        text = text.strip().replace(plain, escaped)
    return text


def to_html(title: str, blocks: Sequence[Block]) -> str:
    """Blocks as one HTML page that needs no other file and no network, with links to its sections on top."""
    sections = [block.text for block in blocks if isinstance(block, Heading) and block.level == 2]
    links = "".join(f'<li><a href="#{_anchor(name)}">{_inline(name)}</a></li>' for name in sections)
    parts = [_html(block) for block in blocks]
    first = 1 if blocks and isinstance(blocks[0], Heading) else 0
    parts.insert(first, f"<nav><ul>{links}</ul></nav>")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f'<h{level} id="{_anchor(text)}">{_inline(text)}</h{level}>'
        case Text(text):
            return f"<p>{_inline(text)}</p>"
        case Items(items):
            return "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
        case Table(header, rows):
            head = _row(header, "th", block.numeric)
            body = "".join(_row(row, "td", block.numeric) for row in rows)
            return f'<div class="scroll"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'
        case Figure(_, caption, svg):
            label = f'role="img" aria-label="{html.escape(caption)}"'
            return f"<figure {label}>{svg}<figcaption>{_inline(caption)}</figcaption></figure>"


def _row(cells: Sequence[str], tag: str, numeric: Sequence[bool]) -> str:
    kinds = [' class="number"' if number else "" for number in numeric]
    return (
        "<tr>"
        + "".join(f"<{tag}{kind}>{_inline(cell)}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
        + "</tr>"
    )


def _inline(text: str) -> str:
    """Escaped text with `code` and **bold**."""
    parts = re.split(r"(`[^`\n]+`)", text.strip())
    shown = [
        f"<code>{html.escape(part[1:-1])}</code>" if len(part) > 2 and part[0] == part[-1] == "`" else _bold(part)
        for part in parts
    ]
    return "".join(shown).replace("\n", "<br>")


def _bold(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html.escape(text))


def _anchor(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")
