"""Train, valid and test by hash of an id: hash, not shuffle, as new documents must not move old ones between splits."""

from llmpipe.corpus.text import share_hash
from llmpipe.sections.clean import SplitConfig


def split_of(cluster: str, seed: int, config: SplitConfig) -> str:
    """The split of a document by the id of its cluster, so that near copies never lie in two splits."""
    share = share_hash(seed, "split", cluster)
    if share < config.test_ratio:
        return "test"
    return "valid" if share < config.test_ratio + config.valid_ratio else "train"
