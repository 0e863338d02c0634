"""
What MLflow loads and serves: it copies this file into the model and runs it as a script ("models from code").

Where it runs, llmpipe must be installed; weights and tokenizer come with the model.
"""

from pathlib import Path
from typing import Any

from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from llmpipe.export.answers import Answers


class Served(PythonModel):
    """Prompts in the column `prompt` -> a list of answers."""

    def load_context(self, context: Any) -> None:
        """Load the model directory."""
        self.answers = Answers(Path(context.artifacts["model"]))

    # without hints, which MLflow would take for a schema
    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        """The answer to each prompt; `params` as in `llmpipe.tracking.registry.PARAMS`."""
        given = {name: value for name, value in (params or {}).items() if name != "max_new_tokens" or value}
        return self.answers([str(prompt) for prompt in model_input["prompt"]], **given)


set_model(Served())
