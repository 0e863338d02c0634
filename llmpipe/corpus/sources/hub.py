"""Hugging Face data sets to records: a repository at a pinned revision, or a local folder of Parquet files."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from llmpipe.corpus.sources.records import Record, head_of
from llmpipe.errors import DataError, ParamsError
from llmpipe.sections.ingest import Hub


def read_hub(hub: Hub, where: str) -> Iterator[Record]:
    """
    The rows of a data set; class labels come as their names.

    A local folder is streamed from where it lies. A repository is downloaded once, into the cache of `datasets`.

    Raises:
        ParamsError: `datasets` is not installed, or a repository has no pinned revision.
        DataError: The data set cannot be loaded.
    """
    local = Path(hub.repository).is_dir()
    if not local and not re.fullmatch(r"[0-9a-f]{40}", hub.revision):
        raise ParamsError(
            f"{where}.hub.revision is '{hub.revision}'; pin '{hub.repository}' to a commit: the 40 hex digits under "
            "'Files and versions' of its page (a local folder needs none, but none is there)."
        )
    rows = _load(hub, local, where)
    names = _label_names(rows.features)
    stem = re.sub(r"[^\w.-]+", "_", Path(hub.repository).name)
    file = hub.repository if not Path(hub.repository).is_absolute() else Path(hub.repository).name
    for number, row in enumerate(rows, start=1):
        value = {key: _named(cell, names.get(key)) for key, cell in row.items()}
        yield Record(file, f"{stem}-{hub.split}", number, value, head_of(value))


def _load(hub: Hub, local: bool, where: str) -> Any:
    try:
        import datasets
    except ImportError:
        raise ParamsError(
            f"{where}: reading '{hub.repository}' needs the package datasets; run: pip install 'llmpipe[hf]'."
        ) from None
    try:
        return datasets.load_dataset(
            hub.repository, hub.subset, split=hub.split, revision=None if local else hub.revision, streaming=local
        )
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        message = " ".join(str(error).split())
        raise DataError(f"{where}: '{hub.repository}' (split {hub.split}) cannot be loaded: {message}") from None


def _label_names(features: Mapping[str, Any] | None) -> dict[str, list[str]]:
    return {key: feature.names for key, feature in (features or {}).items() if hasattr(feature, "names")}


def _named(value: Any, names: list[str] | None) -> Any:
    if names is None or not isinstance(value, int):
        return value
    return names[value] if 0 <= value < len(names) else None  # -1: the test labels are withheld
