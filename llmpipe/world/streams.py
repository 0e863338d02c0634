"""The clean documents: which streams there are, how often, and document number i of a world."""

from collections.abc import Callable

from llmpipe.records import Document
from llmpipe.world import dialogues, drills, labelled, news, people, poems, polynomials, sentences
from llmpipe.world.draws import Draw
from llmpipe.world.names import cast
from llmpipe.world.scope import Scope, Text

# stream -> weight, in per cent of the clean documents
WEIGHTS: dict[str, int] = {
    "repeat": 3,
    "hanzi": 3,
    "lookup": 4,
    "pick": 6,
    "table": 6,
    "parallel": 10,
    "passage": 24,
    "news": 10,
    "wiki": 4,
    "derivative": 15,
    "dialogue": 11,
    "recall": 1,
    "poem": 1,
    "intent": 1,
    "sentiment": 1,
}

STREAMS: dict[str, Callable[[Draw, Scope], Text]] = {
    "repeat": drills.repeat_document,
    "hanzi": drills.hanzi_document,
    "lookup": drills.lookup_document,
    "pick": drills.pick_document,
    "table": drills.table_document,
    "parallel": sentences.parallel_document,
    "passage": people.passage_document,
    "news": news.news_document,
    "derivative": polynomials.derivative_document,
    "dialogue": dialogues.dialogue_document,
    "poem": poems.poem_document,
    "intent": labelled.intent_document,
    "sentiment": labelled.sentiment_document,
}

GRAPH_STREAMS: dict[str, Callable[[Draw, Scope, int], Text]] = {
    "wiki": people.wiki_document,
    "recall": people.recall_document,
}

_TICKETS = tuple(stream for stream, weight in WEIGHTS.items() for _ in range(weight))


def stream_of(seed: int, index: int) -> str:
    """The stream of document number `index`."""
    return Draw(seed, "stream", index).choice(_TICKETS)


def document(seed: int, index: int, stream: str = "") -> Document:
    """Document number `index` of the world with this seed (of the given stream): a pure function of the arguments."""
    stream = stream or stream_of(seed, index)
    draw = Draw(seed, f"document/{stream}", index)
    scope = Scope(cast(seed).people)
    made = STREAMS[stream](draw, scope) if stream in STREAMS else GRAPH_STREAMS[stream](draw, scope, seed)
    traced = {"families": draw.families, "entities": draw.entities, "facts": draw.facts}
    labels = {"stream": stream, **made.labels, **{key: value for key, value in traced.items() if value}}
    return Document(identifier(stream, index), made.text, made.language, "world", labels)


def identifier(stream: str, index: int) -> str:
    """The id of a document: `world-news-000123`."""
    return f"world-{stream}-{index:06d}"
