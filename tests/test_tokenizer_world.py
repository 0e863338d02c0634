"""The vocabulary of the sample world cuts names it never saw at their syllables, or nothing can learn to spell them."""

import pytest

from llmpipe.config import TokenizerConfig, WorldSource
from llmpipe.tokenizer import Tokenizer
from llmpipe.tokenizer.pieces import HAN_CHARACTER
from llmpipe.tokenizer.tokenizer import scalar_values
from llmpipe.tokenizer.training import sample_lines, train
from llmpipe.world import generate
from llmpipe.world.names import SYLLABLES, cast

SEED = 1


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    documents = generate(WorldSource(kind="world", documents=10_000, dirt_ratio=0), SEED).documents
    return Tokenizer(train(sample_lines(documents, 1.0, SEED), TokenizerConfig()))


def ends(parts: list[str]) -> set[int]:
    """Positions where the parts of a text end."""
    return {sum(map(len, parts[: i + 1])) for i in range(len(parts))}


def syllables(name: str) -> list[str]:
    """The syllables of a name; there is one way to cut it."""
    rest, found = name.lower(), list[str]()
    while rest:
        found.append(next(syllable for syllable in SYLLABLES if rest.startswith(syllable)))
        rest = rest.removeprefix(found[-1])
    return found


def test_unseen_names_are_cut_at_their_syllables(tokenizer):
    """In 95 % of the names of T2 no piece crosses a border of syllables, inside a sentence and at its start."""
    for before in ("", " "):
        names = [name.latin for name in cast(SEED).unseen]
        crossed = []
        for name in names:
            pieces = tokenizer.pieces(before + name)
            if not ends([before, *syllables(name)]) <= ends(pieces) | {len(before)}:
                crossed.append("|".join(pieces))
        assert len(crossed) <= 0.05 * len(names), f"{len(crossed)} of {len(names)}: {' '.join(crossed[:20])}"


def test_unseen_names_have_few_pieces(tokenizer):
    names = [name.latin for name in cast(SEED).unseen]
    assert sum(map(len, tokenizer.encode_batch(names))) / len(names) < 3.2


def test_hanzi_of_unseen_names_are_single_pieces_of_the_vocabulary(tokenizer):
    for name in cast(SEED).unseen:
        assert tokenizer.pieces(name.hanzi) == list(name.hanzi)


def test_no_learned_piece_holds_two_hanzi(tokenizer):
    assert not [piece for piece in tokenizer.vocabulary if len(HAN_CHARACTER.findall(piece)) > 1]


def test_documents_with_dirt_have_the_ids_of_encode(tokenizer):
    source = WorldSource(kind="world", documents=3_000, dirt_ratio=0.3)
    texts = [scalar_values(document.text) for document in generate(source, SEED + 1).documents]

    assert [ids[1:-1].tolist() for ids in tokenizer.documents(texts)] == tokenizer.encode_batch(texts)
