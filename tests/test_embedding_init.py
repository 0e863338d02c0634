"""Embeddings that start from vectors of the training text: angles, size, and what the stage makes of them."""

import math
from pathlib import Path
from typing import Any

import pytest
import tiny
import torch
import torch.nn.functional as F

from llmpipe.config import ModelConfig
from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, digest
from llmpipe.model.embeddings import start_from
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Quiet, Reporter
from llmpipe.stages import pretrain
from llmpipe.tokenizer import Tokenizer, TokenShards

VOCAB = 60


def model(**changes: Any) -> Transformer:
    sizes = tiny.PARAMS["model"] | changes
    return Transformer(ModelConfig(**sizes), VOCAB).initialize(torch.Generator().manual_seed(1))


def started(made: Transformer, vectors: torch.Tensor) -> torch.Tensor:
    """The embeddings after tokens 10, 11, ... got vectors."""
    ids = torch.arange(10, 10 + len(vectors))
    start_from(made, ids, vectors, torch.Generator().manual_seed(2))
    return made.model.embed_tokens.weight.detach()


VECTORS = torch.randn(40, 8, generator=torch.Generator().manual_seed(3)) * 5 + 7


def test_embeddings_have_the_angles_of_the_centred_vectors_and_the_size_of_random_ones():
    made = model()
    before = made.model.embed_tokens.weight.detach().clone()
    after = started(made, VECTORS)
    centred = F.normalize(VECTORS - VECTORS.mean(0))
    found = F.normalize(after[10:50])

    assert torch.allclose(found @ found.T, centred @ centred.T, atol=1e-5)
    assert after[10:50].square().mean().sqrt() == pytest.approx(before.square().mean().sqrt().item(), rel=1e-5)
    assert torch.equal(after[:10], before[:10])
    assert torch.equal(after[50:], before[50:])
    tokens = torch.arange(32).view(2, 16)
    loss = F.cross_entropy(made(tokens).flatten(0, 1), tokens.flatten() + 1)
    assert loss.item() == pytest.approx(math.log(VOCAB), abs=0.15)


def test_the_constant_dimension_of_an_induction_circuit_stays():
    made = model(induction_init=True)
    before = made.model.embed_tokens.weight.detach().clone()
    after = started(made, VECTORS)

    assert torch.equal(after[:, 0], before[:, 0])
    assert not torch.allclose(after[10:50, 1:], before[10:50, 1:])
    assert after[10:50, 1:].square().mean().sqrt() == pytest.approx(
        before[:, 1:].square().mean().sqrt().item(), rel=1e-5
    )


# --- the stage --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return tiny.write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))


def settings(kind: str, **changes: Any) -> Any:
    return tiny.params(pretrain={"embedding_init": {"kind": kind, "dim": 8, "min_count": 3} | changes})


def initial(data: Layout, kind: str, **changes: Any) -> torch.Tensor:
    """The embeddings that training starts from."""
    params = settings(kind, **changes)
    tokenizer, shards = Tokenizer.load(data.tokenizer), TokenShards(data.tokens / "train")
    made = Transformer(params.model, tokenizer.vocab_size).initialize(
        torch.Generator().manual_seed(params.pretrain.seed)
    )
    if kind != "none":
        pretrain.start_from_vectors(made, shards, tokenizer, params.pretrain, Quiet())
    return made.model.embed_tokens.weight.detach()


def nearest(embeddings: torch.Tensor, token: int, among: list[int]) -> int:
    units = F.normalize(embeddings)
    return max((other for other in among if other != token), key=lambda other: float(units[token] @ units[other]))


@pytest.mark.parametrize("kind", ["glove", "word2vec", "fasttext"])
def test_frequent_tokens_start_from_vectors_and_rare_ones_at_random(data: Layout, kind: str):
    if kind != "glove":
        pytest.importorskip("gensim")
    random, found = initial(data, "none"), initial(data, kind)
    shards = TokenShards(data.tokens / "train")
    texts = [shards.document(i)[1:-1] for i in range(shards.num_documents)]
    counts = torch.bincount(torch.tensor([int(token) for text in texts for token in text]), minlength=len(random))
    changed = (random != found).any(1)

    assert changed.equal(counts >= 3)
    assert 20 < int(changed.sum()) < len(random)
    assert initial(data, kind).equal(found)


def test_tokens_of_like_neighbours_start_near_each_other(data: Layout):
    """The last characters of cities ("住在巴黎", "住在利马") stand in the same places: nearest to one is another."""
    tokenizer = Tokenizer.load(data.tokenizer)
    found = initial(data, "glove", steps=60)
    cities = [tokenizer.encode(name)[-1] for name in ("巴黎", "罗马", "利马")]
    others = [tokenizer.encode(text)[-1] for text in ("号", "居", "民", "住", "在", "很", "喜", "欢")]

    assert nearest(found, tokenizer.encode("黎")[-1], [*cities, *others]) in cities


def test_the_same_inputs_give_the_same_bytes_and_others_than_without(data: Layout, tmp_path: Path):
    digests = []
    for name, kind in ("a", "glove"), ("b", "glove"), ("c", "none"):
        out = Layout(tmp_path / name)
        pretrain.run(settings(kind), data, out, Reporter())
        digests.append(digest(out.pretrained))

    assert digests[0] == digests[1] != digests[2]


def test_vectors_that_cannot_be_are_refused(data: Layout):
    with pytest.raises(
        ParamsError, match=r"pretrain.embedding_init.dim is 32; it must be less than model.model_dim \(32\)"
    ):
        initial(data, "glove", dim=32)
    with pytest.raises(DataError, match="no token occurs 100000 times in the training text; lower pretrain.embedding"):
        initial(data, "glove", min_count=100_000)
