"""
Named entities as text: a line each, `person: Ada Lovelace`, in the order of the sentence.

One form for what fine-tuning teaches, what a model says, and what is scored. Tags of tokens (BIO and its relatives, as
the files of CoNLL-2003 have them) are turned into it.
"""

from collections import Counter
from collections.abc import Sequence

Entity = tuple[str, str]
"""A type and the words that name the entity."""

NONE = "none"
_BEGIN, _END = "BSU", "ESUL"  # BIOES and BILOU name a last and a lone token, too


def written(entities: Sequence[Entity]) -> str:
    """The entities as text; `none` when there is none."""
    return "\n".join(f"{kind}: {name}" for kind, name in entities) or NONE


def parsed(text: str) -> list[Entity]:
    """The entities of such a text; lines of another form name none."""
    found = []
    for line in text.splitlines():
        kind, colon, name = line.replace("：", ":", 1).partition(":")
        if colon and kind.strip() and name.strip():
            found.append((kind.strip(), " ".join(name.split())))
    return found


def standing_in(text: str, said: str) -> str:
    """
    What was said without the entities that a text cannot have.

    A name that does not stand in the text is dropped, and so is one that is said more often than it stands there, from
    then on. A small model repeats itself and misspells what it copies; tagging cannot do either. Words that name no
    entity at all stay as they are.

    Args:
        text: In which names are looked for; runs of spaces count as one.
        said: Entities as `written` writes them.
    """
    found = parsed(said)
    if not found:
        return said
    where, times = " ".join(text.split()), Counter[str]()
    kept = []
    for kind, name in found:
        if times[name] < where.count(name):
            times[name] += 1
            kept.append((kind, name))
    return said if kept == found else written(kept)


def of_tags(tokens: Sequence[str], tags: Sequence[str], joiner: str) -> list[Entity]:
    """
    The entities that tags mark: IOB1, IOB2 (BIO), BIOES or BILOU.

    Args:
        tokens: Of a sentence.
        tags: One each: `O`, or a letter, a hyphen and a type.
        joiner: What stands between two tokens.

    Raises:
        ValueError: There are not as many tags as tokens, or one has another form.
    """
    if len(tokens) != len(tags):
        raise ValueError(f"{len(tokens)} tokens have {len(tags)} tags")
    found: list[tuple[str, list[str]]] = []
    is_open = False
    for token, tag in zip(tokens, tags, strict=True):
        letter, hyphen, kind = tag.partition("-")
        if tag == "O":
            is_open = False
            continue
        if not hyphen or not kind or letter not in "BIESUL":
            raise ValueError(f"'{tag}' is no tag such as O, B-PER or I-PER")
        if not is_open or letter in _BEGIN or found[-1][0] != kind:
            found.append((kind, []))
        found[-1][1].append(token)
        is_open = letter not in _END
    return [(kind, joiner.join(names)) for kind, names in found]
