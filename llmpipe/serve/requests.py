"""What clients ask: the fields of OpenAI's requests, checked, and the jobs that they become."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from llmpipe.errors import unknown_name
from llmpipe.model.sampling import Sampling
from llmpipe.serve.limits import Limits
from llmpipe.serve.problems import Problem, invalid
from llmpipe.tokenizer import AnyTokenizer

# Fields of OpenAI's that we do not have, with the values that ask for nothing.
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "audio": (),
    "best_of": (1,),
    "frequency_penalty": (0,),
    "function_call": ("none", "auto"),
    "functions": ([],),
    "logit_bias": ({},),
    "modalities": (["text"],),
    "parallel_tool_calls": (True, False),
    "presence_penalty": (0,),
    "refusal": ("",),
    "response_format": ({"type": "text"},),
    "suffix": ("",),
    "tool_call_id": (),
    "tool_calls": ([],),
    "tool_choice": ("none", "auto"),
    "tools": ([],),
}
WITHOUT_EFFECT = {"annotations", "metadata", "name", "prompt_cache_key", "safety_identifier", "service_tier"}
WITHOUT_EFFECT |= {"store", "user"}  # for the other side's bookkeeping

COLDEST = 1e-3  # a temperature below is greedy: scores divided by it would leave float32
DEFAULT_NEW_TOKENS = 16  # of a completion, as at OpenAI
MAX_CHOICES = 128
MAX_STOPS = 16
MAX_TOP = 20

Kind = TypeVar("Kind", bound="Generation")


class Fields(BaseModel):
    """A JSON object whose fields are known, of the right type, and finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class StreamOptions(Fields):
    """`include_usage`: a last event with the number of tokens."""

    include_usage: bool = False
    include_obfuscation: bool = False  # padding against eavesdroppers, which we do not add


class Generation(Fields):
    """The fields that both kinds of requests have. The defaults are greedy, as in `llmpipe generate`."""

    model: str = ""
    temperature: float = Field(0.0, ge=0, le=2)
    top_p: float = Field(1.0, gt=0, le=1)
    top_k: int = Field(0, ge=0)
    min_p: float = Field(0.0, ge=0, le=1)
    repetition_penalty: float = Field(1.0, ge=0.01, le=100)
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    n: int = Field(1, ge=1, le=MAX_CHOICES)
    stop: list[str] = Field([], max_length=MAX_STOPS)
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()

    @field_validator("stop", mode="before")
    @classmethod
    def _stops(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("stop")
    @classmethod
    def _some_text(cls, value: list[str]) -> list[str]:
        if not all(value):
            raise ValueError("a stop string needs at least one character")
        return value

    def sampling(self, vocab_size: int) -> Sampling:
        """How to choose tokens."""
        cold = self.temperature < COLDEST
        return Sampling(
            temperature=0.0 if cold else self.temperature,
            top_k=min(self.top_k, vocab_size),
            top_p=self.top_p,
            min_p=self.min_p,
            repetition_penalty=self.repetition_penalty,
        )


class CompletionRequest(Generation):
    """`/v1/completions`: text, texts, token ids or lists of them, continued as they are."""

    prompt: Any
    max_tokens: int | None = Field(None, ge=0)
    echo: bool = False
    logprobs: int | None = Field(None, ge=0, le=MAX_TOP)


class Message(Fields):
    """One message; content in parts is joined."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str

    @field_validator("content", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        """Text of `[{"type": "text", "text": ...}, ...]`; anything else is left to the type check."""
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            return value
        texts = [part.get("text") for part in value if part.get("type") == "text"]
        known = len(texts) == len(value) and all(isinstance(text, str) for text in texts)
        return "".join(map(str, texts)) if known else value


class ChatRequest(Generation):
    """`/v1/chat/completions`: a conversation that the assistant goes on with."""

    messages: list[Message] = Field(min_length=1)
    max_tokens: int | None = Field(None, ge=1)  # the older name of the next one
    max_completion_tokens: int | None = Field(None, ge=1)
    logprobs: bool = False
    top_logprobs: int = Field(0, ge=0, le=MAX_TOP)


@dataclass(frozen=True)
class Served:
    """The model behind the server: its name, its tokenizer, the tokens that a prompt and its answer share."""

    name: str
    tokenizer: AnyTokenizer
    context_length: int
    limits: Limits


@dataclass(frozen=True)
class Job:
    """
    One answer to make.

    Attributes:
        prompt: Token ids.
        max_new_tokens: Its longest answer; 0: only score the prompt.
        sampling: How to choose tokens.
        seed: Of the draws.
        stops: Texts that end the answer.
        logprobs: How many alternatives to report for each token; None: no log-probabilities.
        echo: Whether the prompt's tokens are scored and reported, too.
        is_message: Whether it is a message of a conversation, not the rest of a text.
    """

    prompt: Sequence[int]
    max_new_tokens: int
    sampling: Sampling
    seed: int
    stops: tuple[str, ...] = ()
    logprobs: int | None = None
    echo: bool = False
    is_message: bool = False


def parse(kind: type[Kind], body: bytes) -> Kind:
    """
    The request in a body.

    Raises:
        Problem: It is no JSON object, or a field is unknown, missing or wrong.
    """
    try:
        values = orjson.loads(body)  # refuses NaN, lone surrogates, and depth without end
    except ValueError as error:
        raise Problem(400, f"the body is not JSON ({error}).", code="invalid_json") from None
    if not isinstance(values, dict):
        raise Problem(400, f"the body is a JSON {type(values).__name__}; send an object.", code="invalid_json")
    messages = values.get("messages")
    if isinstance(messages, list):
        values["messages"] = [_effective(Message, item) if isinstance(item, dict) else item for item in messages]
    try:
        return kind.model_validate(_effective(kind, values))
    except ValidationError as error:
        raise invalid(error) from None


def _effective(kind: type[Fields], values: Mapping[str, Any]) -> dict[str, Any]:
    """
    The fields that ask for something: null is the default.

    Raises:
        Problem: A field is unknown, or asks for what this server does not do.
    """
    kept = {}
    for name, value in values.items():
        if name in kind.model_fields and value is not None:
            kept[name] = value
        elif name in NEUTRAL and value is not None and value not in NEUTRAL[name]:
            raise Problem(400, f"{name} is not supported by this server; leave it out.", param=name, code="unsupported")
        elif name not in kind.model_fields and name not in NEUTRAL and name not in WITHOUT_EFFECT:
            sentence = unknown_name("field", name[:60], kind.model_fields)
            raise Problem(400, sentence, param=name[:60], code="unknown_field")
    return kept


def completion_jobs(body: CompletionRequest, served: Served) -> list[Job]:
    """
    The answers that a completion asks for: `n` for each prompt, in the order of the choices.

    Raises:
        Problem: A prompt is of no known form, or too long, or there are too many.
    """
    asked = DEFAULT_NEW_TOKENS if body.max_tokens is None else body.max_tokens
    if not asked and not body.echo:
        raise Problem(400, "max_tokens is 0, which needs echo; ask for at least 1.", param="max_tokens")
    prompts = _prompts(body.prompt, served.tokenizer)
    return _jobs(body, prompts, asked, served, param="prompt", logprobs=body.logprobs, echo=body.echo)


def chat_jobs(body: ChatRequest, served: Served) -> list[Job]:
    """
    The answers that a conversation asks for. Role tokens are put in by id, so none can be typed.

    Raises:
        Problem: The conversation is too long.
    """
    messages = [("system" if item.role == "developer" else item.role, item.content) for item in body.messages]
    asked = body.max_completion_tokens or body.max_tokens or served.context_length
    logprobs = body.top_logprobs if body.logprobs else None
    jobs = _jobs(body, [served.tokenizer.prompt(messages)], asked, served, param="messages", logprobs=logprobs)
    return [replace(job, is_message=True) for job in jobs]


def _prompts(value: Any, tokenizer: AnyTokenizer) -> list[list[int]]:
    """Token ids of each prompt; a text gets `<s>` in front, ids are taken as they are."""
    several = value if isinstance(value, list) and not _are_ids(value) else [value]
    if not several or len(several) > MAX_CHOICES:
        raise Problem(400, f"prompt holds {len(several)} prompts; send 1 to {MAX_CHOICES}.", param="prompt")
    if all(isinstance(item, str) for item in several):
        return [[tokenizer.bos_id, *tokens] for tokens in tokenizer.encode_batch(several)]
    if not all(_are_ids(item) for item in several):
        raise Problem(400, "prompt is neither text, token ids, nor a list of one of them.", param="prompt")
    for token in (token for item in several for token in item):
        if not 0 <= token < tokenizer.vocab_size:
            raise Problem(400, f"prompt: token ids are 0 to {tokenizer.vocab_size - 1}.", param="prompt")
    return several


def _are_ids(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(type(item) is int for item in value)


def _jobs(
    body: Generation,
    prompts: list[list[int]],
    asked: int,
    served: Served,
    *,
    param: str,
    logprobs: int | None,
    echo: bool = False,
) -> list[Job]:
    limits, longest = served.limits, served.context_length - min(asked, 1)
    if limits.prompt_tokens is not None:
        longest = min(longest, limits.prompt_tokens)
    for prompt in prompts:
        if len(prompt) > longest:
            sentence = f"{param} has {len(prompt)} tokens and this server takes {longest}; shorten it."
            raise Problem(400, sentence, param=param, code="context_length_exceeded")
    if len(prompts) * body.n > MAX_CHOICES:
        raise Problem(400, f"n is {body.n} for {len(prompts)} prompts; at most {MAX_CHOICES} answers.", param="n")
    seed = secrets.randbits(48) if body.seed is None else body.seed
    return [
        Job(
            prompt,
            min(asked, limits.new_tokens or asked, served.context_length - len(prompt)),
            body.sampling(served.tokenizer.vocab_size),
            seed + number,
            stops=tuple(body.stop),
            logprobs=logprobs,
            echo=echo,
        )
        for prompt in prompts
        for number in range(body.n)
    ]
