"""Documents cut into passages: whole sentences, as many as fit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import regex

from llmpipe.errors import DataError
from llmpipe.files import read_jsonl
from llmpipe.records import Document
from llmpipe.retrieval.words import length

# behind a full stop and space, a Chinese full stop, or at the end of a line; the mark stays with its sentence
SENTENCE = regex.compile(r"[^\n]*?(?:[.!?…][\"'”’)\]]*(?=\s)\s*|[。！？；][”’」』）]*\s*|\n+|\Z)")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document. `id` is that of the document, with "#2" for its second piece."""

    id: str
    text: str


def from_documents(documents: Iterable[Document], max_words: int) -> Iterator[Passage]:
    """The passages of all documents; a text that came before is left out."""
    seen: set[str] = set()
    for document in documents:
        for number, text in enumerate(cut(document.text, max_words), start=1):
            if text not in seen:
                seen.add(text)
                yield Passage(document.id if number == 1 else f"{document.id}#{number}", text)


def cut(text: str, max_words: int) -> list[str]:
    """
    Pieces of whole sentences with at most `max_words` words each (a Han character is one).

    A sentence that is longer is a piece of its own: what does not fit a prompt is cut there.
    """
    if length(text) <= max_words:
        return [text.strip()] if text.strip() else []
    pieces: list[str] = []
    current, size = "", 0
    for sentence in SENTENCE.findall(text):
        num_words = length(sentence)
        if current and size + num_words > max_words:
            pieces.append(current)
            current, size = "", 0
        current, size = current + sentence, size + num_words
    return [piece.strip() for piece in [*pieces, current] if piece.strip()]


def read_documents(path: Path) -> list[Document]:
    """
    Documents of a .txt or .md file (one document), a .jsonl file (those of a pipeline), or all such files of a folder.

    Raises:
        DataError: There is none, or a file is not UTF-8 text or no list of documents.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist; name a .txt, .md or .jsonl file, or a folder with such files.")
    files = sorted(file for file in path.rglob("*") if file.suffix in READERS) if path.is_dir() else [path]
    documents = [document for file in files for document in _read(file, path)]
    if not any(document.text.strip() for document in documents):
        raise DataError(f"{path} holds no text; name a .txt, .md or .jsonl file, or a folder with such files.")
    return documents


def _read(file: Path, root: Path) -> Iterable[Document]:
    if file.suffix not in READERS:
        raise DataError(f"{file} is no document; give one of {', '.join(READERS)}, or a folder with such files.")
    name = file.relative_to(root).as_posix() if root.is_dir() else file.name
    return READERS[file.suffix](file, name)


def _read_text(file: Path, name: str) -> list[Document]:
    try:
        return [Document(name, file.read_text("utf-8"))]
    except UnicodeDecodeError:
        raise DataError(f"{file} is not UTF-8 text; convert it, or leave it out.") from None


def _read_lines(file: Path, name: str) -> list[Document]:
    return list(read_jsonl(file, Document))


READERS = {".txt": _read_text, ".md": _read_text, ".jsonl": _read_lines}
