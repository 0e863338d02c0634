"""`encode`: token shards."""

from llmpipe.sections.section import Positive, Section


class EncodeConfig(Section):
    """Token shards."""

    shard_tokens: Positive = 50_000_000
