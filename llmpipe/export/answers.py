"""A model directory as a function from prompts to answers, for servers of others."""

from collections.abc import Sequence
from pathlib import Path

from llmpipe.model.generate import generate
from llmpipe.model.sampling import Sampling
from llmpipe.tokenizer import unspaced
from llmpipe.train.directory import load


class Answers:
    """The model in `folder`, loaded once."""

    def __init__(self, folder: Path) -> None:
        self.loaded = load(folder)

    def __call__(
        self,
        prompts: Sequence[str],
        *,
        max_new_tokens: int | None = None,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int = 1,
    ) -> list[str]:
        """The answer to each prompt; arguments as of `llmpipe generate`."""
        tokenizer, context = self.loaded.tokenizer, self.loaded.config.context_length
        answers = generate(
            self.loaded.model,
            [tokenizer.prompt([("user", prompt)]) for prompt in prompts],
            max_new_tokens=min(max_new_tokens or context // 2, context // 2),
            stop_ids={tokenizer.end_id, tokenizer.eos_id},
            sampling=Sampling(temperature, top_p=top_p),
            seed=seed,
        )
        return [unspaced(tokenizer.decode(answer)) for answer in answers]
