"""The report: what a person reads, as Markdown, as one HTML page, and as a short table for the console."""

from llmpipe.pages.blocks import Figure, to_html, to_markdown
from llmpipe.pages.results import Results, load
from llmpipe.pages.summary import summary

__all__ = ["Figure", "Results", "load", "summary", "to_html", "to_markdown"]
