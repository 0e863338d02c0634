"""Lists that may be long, in a sentence."""

from collections.abc import Sequence


def first_few(items: Sequence[str], most: int = 5) -> str:
    """The first items, and how many more there are: `a, b and 3 more`."""
    more = f" and {len(items) - most:,} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more
