"""Generation: what a request gets is its own affair, and is what the plain forward pass and transformers give."""

import random

import pytest
import torch

from llmpipe.config import ModelConfig
from llmpipe.errors import ParamsError
from llmpipe.model import beam
from llmpipe.model import sampling as choosing
from llmpipe.model.beam import beam_search
from llmpipe.model.decode import Rows
from llmpipe.model.engine import Engine, Event, Request
from llmpipe.model.generate import generate, generate_scored
from llmpipe.model.packed import Matrix
from llmpipe.model.sampling import Sampling, choose, draws, penalize
from llmpipe.model.transformer import Transformer
from llmpipe.train.directory import hugging_face_sizes

VOCAB = 97
SIZES = {"model_dim": 32, "num_layers": 2, "num_heads": 4, "num_kv_heads": 2, "head_dim": 16, "hidden_dim": 64}
WARM = Sampling(temperature=0.9, top_k=20, top_p=0.9, repetition_penalty=1.2)


def tiny(**changes) -> Transformer:
    """A small model whose answers vary."""
    config = ModelConfig(**{**SIZES, "context_length": 48, "induction_init": False} | changes)
    model = Transformer(config, VOCAB).initialize(torch.Generator().manual_seed(0)).eval()
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(1.0 if parameter.ndim == 1 else 0.0, 0.3, generator=draw)
    return model


@pytest.fixture(scope="module")
def model() -> Transformer:
    return tiny()


def prompt(length: int, seed: int = 0) -> list[int]:
    draw = random.Random(f"{length} {seed}")
    return [draw.randrange(VOCAB) for _ in range(length)]


def requests(sampling: Sampling = WARM, new: int = 12) -> list[Request]:
    return [Request(prompt(n), new, sampling=sampling, seed=n) for n in (3, 11, 5, 1, 20, 8)]


def plain(model: Transformer, tokens: list[int], new: int) -> list[int]:
    """Greedy tokens of the forward pass that training uses."""
    inputs = list(tokens)
    with torch.no_grad():
        for _ in range(new):
            inputs.append(int(model(torch.tensor([inputs]))[0, -1].argmax()))
    return inputs[len(tokens) :]


def finish(engine: Engine) -> dict[int, list[int]]:
    """Run until nothing is left: the tokens of each request."""
    found: dict[int, list[int]] = {}
    while events := engine.step():
        for event in events:
            found.setdefault(event.request, []).extend([] if event.token is None else [event.token])
    return found


def together(model: Transformer, asked: list[Request], max_rows: int) -> list[list[int]]:
    engine = Engine(model, max_rows=max_rows)
    numbers = [engine.add(request) for request in asked]
    found = finish(engine)
    return [found[number] for number in numbers]


# --- the decode path --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{}, {"qk_norm": False}, {"short_conv": True}, {"num_kv_heads": 4, "tie_embeddings": False}],
    ids=["plain", "llama", "short_conv", "untied"],
)
def test_rows_at_their_own_lengths_give_the_logits_of_the_forward_pass(changes):
    model = tiny(**changes)
    texts = [prompt(n) for n in (9, 4, 13)]
    rows = Rows(model, 4)

    rows.append([text[:-2] for text in texts])
    rows.advance(torch.tensor([text[-2] for text in texts]))
    found = rows.advance(torch.tensor([text[-1] for text in texts]))

    expected = torch.stack([model(torch.tensor([text]))[0, -1] for text in texts])
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_rows_come_go_and_are_copied_without_touching_others(model):
    texts = [prompt(n) for n in (6, 3, 9)]
    rows = Rows(model, 4)
    rows.append(texts)
    rows.remove(0)  # the last one takes its place
    rows.append([texts[0]])
    rows.select([2, 0, 0])

    found = rows.advance(torch.tensor([5, 6, 7]))

    left = [[*texts[0], 5], [*texts[2], 6], [*texts[2], 7]]
    expected = torch.stack([model(torch.tensor([text]))[0, -1] for text in left])
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_packed_matrix_multiplies_as_the_weight_does(dtype):
    weight, x, other = (torch.randn(shape).to(dtype) for shape in ((24, 16), (3, 2, 16), (3, 2, 24)))
    expected = torch.nn.functional.linear(x.double(), weight.double())

    matrix = Matrix(weight)

    tolerance = {"rtol": 2e-2, "atol": 5e-2} if dtype == torch.bfloat16 else {"rtol": 1e-5, "atol": 1e-5}
    torch.testing.assert_close(matrix(x).double(), expected, **tolerance)
    torch.testing.assert_close(matrix.plus(x, other).double(), expected + other.double(), **tolerance)


def test_bfloat16_stays_close_to_float32(model):
    text = prompt(10)

    exact, rough = (Rows(model, 1, dtype=dtype).append([text]) for dtype in (None, torch.bfloat16))

    assert rough.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(exact, rough).item() > 0.999


# --- the engine -------------------------------------------------------------------------------------


def test_greedy_tokens_are_those_of_the_forward_pass(model):
    asked = requests(Sampling())

    assert together(model, asked, 4) == [plain(model, list(request.prompt), 12) for request in asked]


@pytest.mark.parametrize("sampling", [Sampling(), WARM, Sampling(1.0, min_p=0.1)], ids=["greedy", "warm", "min_p"])
def test_what_a_request_gets_does_not_depend_on_its_neighbours(model, sampling):
    """Alone, in batches of any size and order, or added late to a running engine."""
    asked = requests(sampling)
    alone = [together(model, [request], 1)[0] for request in asked]

    assert together(model, asked, 6) == alone
    assert together(model, asked, 2) == alone
    assert together(model, asked[::-1], 3) == alone[::-1]
    engine = Engine(model, max_rows=3)
    first = engine.add(asked[0])
    found: dict[int, list[int]] = {}
    late = []
    for request in asked[1:]:
        for event in engine.step():
            found.setdefault(event.request, []).append(event.token)
        late.append(engine.add(request))
    for number, tokens in finish(engine).items():
        found.setdefault(number, []).extend(tokens)
    assert [found[number] for number in [first, *late]] == alone


def test_neighbours_with_other_settings_change_nothing(model):
    asked = [
        Request(prompt(n), 10, sampling=sampling, seed=1)
        for n, sampling in ((4, Sampling()), (6, WARM), (5, Sampling(1.5)), (7, WARM))
    ]

    assert together(model, asked, 4) == [together(model, [request], 1)[0] for request in asked]


def test_other_seeds_give_other_answers(model):
    hot = [Request(prompt(4), 10, sampling=Sampling(1.5), seed=seed) for seed in (1, 2, 1)]

    first, second, again = together(model, hot, 3)

    assert first == again != second


def test_a_request_ends_at_its_stop_token_or_length(model):
    free = plain(model, prompt(6), 10)
    stop = free[4]
    engine = Engine(model, max_rows=2)
    stopping = engine.add(Request(prompt(6), 10, frozenset({stop})))
    short = engine.add(Request(prompt(6), 2))
    events = [event for _ in range(12) for event in engine.step()]

    ends = {event.request: event for event in events if event.finish}
    assert ends == {
        stopping: Event(stopping, None, finish="stop"),
        short: Event(short, free[1], finish="length"),
    }
    assert [event.token for event in events if event.request == stopping][:-1] == free[: free.index(stop)]


def test_an_answer_ends_where_the_context_is_full(model):
    assert len(together(model, [Request(prompt(40), 1000)], 1)[0]) == 8


def test_requests_beyond_the_rows_wait_their_turn_in_order(model):
    engine = Engine(model, max_rows=2)
    numbers = [engine.add(Request(prompt(4, n), 3)) for n in range(5)]
    started = []
    while events := engine.step():
        assert engine.num_live <= 2
        started += [event.request for event in events if event.request not in started]

    assert started == numbers
    assert (engine.num_live, engine.num_waiting, engine.num_free) == (0, 0, 2)


def test_cancelling_frees_the_row_and_changes_no_neighbour(model):
    asked = requests(new=8)
    alone = [together(model, [request], 1)[0] for request in asked]
    engine = Engine(model, max_rows=3)
    numbers = [engine.add(request) for request in asked]
    found: dict[int, list[int]] = {}
    for event in engine.step() + engine.step():
        found.setdefault(event.request, []).append(event.token)
    engine.cancel(numbers[0])  # runs
    engine.cancel(numbers[5])  # waits
    engine.cancel(1234)  # unknown
    for number, tokens in finish(engine).items():
        found.setdefault(number, []).extend(tokens)

    assert [found[number] for number in numbers[1:5]] == alone[1:5]
    assert len(found[numbers[0]]) == 2
    assert numbers[5] not in found


def test_likelihoods_are_those_of_the_forward_pass(model):
    engine = Engine(model, max_rows=1)
    engine.add(Request(prompt(5), 1, logprobs=3))
    nats = model(torch.tensor([prompt(5)]))[0, -1].detach().log_softmax(-1)
    best = nats.topk(3)

    [event] = engine.step()

    assert event.logprob == pytest.approx(float(nats.max()), abs=1e-4)
    assert [token for token, _ in event.top] == best.indices.tolist()
    assert [value for _, value in event.top] == pytest.approx(best.values.tolist(), abs=1e-4)


def test_impossible_requests_are_refused(model):
    engine = Engine(model, max_rows=1)

    with pytest.raises(ParamsError, match="the prompt has 48 tokens; it must have between 1 and 47"):
        engine.add(Request(prompt(48), 4))
    with pytest.raises(ParamsError, match="the prompt has 0 tokens"):
        engine.add(Request([], 4))
    with pytest.raises(ParamsError, match="max_new_tokens is 0; it must be at least 1"):
        engine.add(Request(prompt(4), 0))


# --- sampling ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "possible"),
    [
        ({"top_k": 2}, {0, 1}),
        ({"top_p": 0.75}, {0, 1}),  # .5 + .3 reach it
        ({"top_k": 3, "top_p": 0.8}, {0, 1}),  # top-k first: .53 + .32 of what is left
        ({"min_p": 0.31}, {0, 1}),  # at least .155
        ({"top_p": 1e-6}, {0}),
        ({}, {0, 1, 2, 3}),
    ],
)
def test_what_can_be_drawn(changes, possible):
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()

    drawn = choose(logits.expand(2000, 4), Sampling(1.0, **changes), draws(3, 2000))

    assert set(drawn.tolist()) == possible


def test_a_nucleus_wider_than_the_candidates_is_found_by_sorting(monkeypatch):
    logits = torch.randn(5, 300, generator=torch.Generator().manual_seed(1))
    uniform = draws(1, 5)
    expected = choose(logits, Sampling(1.0, top_p=0.9), uniform)
    monkeypatch.setattr(choosing, "CANDIDATES", 300)

    assert choose(logits, Sampling(1.0, top_p=0.9), uniform).tolist() == expected.tolist()


def test_the_repetition_penalty_is_that_of_transformers():
    transformers = pytest.importorskip("transformers")
    logits = torch.randn(2, 10, generator=torch.Generator().manual_seed(1))
    token_ids = torch.tensor([[1, 2, 2], [7, 8, 9]])
    seen = torch.zeros(2, 10, dtype=torch.bool).scatter_(1, token_ids, True)

    expected = transformers.RepetitionPenaltyLogitsProcessor(1.3)(token_ids, logits)

    torch.testing.assert_close(penalize(logits, seen, 1.3), expected)


def test_a_strong_repetition_penalty_leaves_no_token_twice(model):
    [tokens] = together(model, [Request(prompt(4), 20, sampling=Sampling(repetition_penalty=1e6))], 1)
    [free] = together(model, [Request(prompt(4), 20)], 1)

    assert len({*prompt(4), *tokens}) == 24
    assert len(set(free)) < 20


# --- beam search ------------------------------------------------------------------------------------


def peer(model: Transformer):
    transformers = pytest.importorskip("transformers")
    config = transformers.Qwen3Config(**hugging_face_sizes(model.config, VOCAB), pad_token_id=0, eos_token_id=None)
    theirs = transformers.Qwen3ForCausalLM(config).eval()
    theirs.load_state_dict(model.state_dict(), strict=False)
    theirs.tie_weights()
    return theirs


@pytest.mark.parametrize("beams", [2, 4])
@pytest.mark.parametrize("stops", [frozenset(), frozenset({3, 7, 11, 20, 40, 60})])
def test_beam_search_finds_what_transformers_finds(model, beams, stops, monkeypatch):
    """Scores without length penalty, whose formula is another one there."""
    monkeypatch.setattr(beam, "LENGTH_PENALTY", 0.0)
    theirs = peer(model)
    for seed in range(5):
        text = prompt(5, seed)
        expected = theirs.generate(
            torch.tensor([text]), attention_mask=torch.ones(1, 5, dtype=torch.int64), max_new_tokens=8,
            num_beams=beams, do_sample=False, length_penalty=0.0, eos_token_id=sorted(stops) or None,
        )[0, 5:].tolist()  # fmt: skip

        found = beam_search(model, text, beams=beams, max_new_tokens=8, stop_ids=stops)

        assert found == [token for token in expected if token not in stops]


def test_one_beam_is_greedy_and_more_find_likelier_answers(model):
    def nats(answer: list[int]) -> float:
        logits = model(torch.tensor([[*prompt(5), *answer]]))[0, 4:-1]
        return logits.log_softmax(-1)[range(len(answer)), answer].sum().item()

    greedy, wide = (
        beam_search(model, prompt(5), beams=beams, max_new_tokens=10, stop_ids=frozenset()) for beams in (1, 8)
    )

    assert greedy == plain(model, prompt(5), 10)
    assert nats(wide) > nats(greedy)


def test_a_length_penalty_prefers_longer_answers(model, monkeypatch):
    """Dividing a negative score by a number that grows with length makes long answers cheaper."""
    stops = frozenset(range(0, VOCAB, 6))
    lengths = []
    for penalty in (0.0, 2.0):
        monkeypatch.setattr(beam, "LENGTH_PENALTY", penalty)
        found = [beam_search(model, prompt(5, seed), beams=4, max_new_tokens=12, stop_ids=stops) for seed in range(6)]
        lengths.append(sum(map(len, found)))

    assert lengths[0] < lengths[1]


# --- a list of prompts ------------------------------------------------------------------------------


def test_more_prompts_than_rows_share_them(model):
    prompts = [prompt(n) for n in (3, 12, 7, 1, 9)]

    found = generate(model, prompts, max_new_tokens=6, stop_ids=set(), batch_size=2)

    assert found == [plain(model, tokens, 6) for tokens in prompts]


def test_no_prompt_no_answer(model):
    assert generate(model, [], max_new_tokens=6, stop_ids=set()) == []


def test_scored_answers_are_the_greedy_ones_with_their_likelihoods(model):
    """The geometric mean of the probabilities that a plain pass gives to the tokens said, the stop token included."""
    prompts = [prompt(n) for n in (3, 11, 5)]
    stop = plain(model, prompts[1], 4)[-1]

    scored = generate_scored(model, prompts, max_new_tokens=6, stop_ids={stop}, batch_size=2)

    greedy = generate(model, prompts, max_new_tokens=6, stop_ids={stop})
    assert [[token for token in tokens if token != stop] for tokens, _ in scored] == greedy
    assert scored[1][0][-1] == stop
    assert len(scored[1][0]) <= 4
    for asked, (said, likelihood) in zip(prompts, scored, strict=True):
        with torch.no_grad():
            nats = model(torch.tensor([asked + said]))[0].log_softmax(-1)
        chosen = nats[len(asked) - 1 : -1][range(len(said)), said]
        assert likelihood == pytest.approx(chosen.mean().exp().item(), rel=1e-3)
    assert generate_scored(model, [], max_new_tokens=6, stop_ids={stop}) == []
