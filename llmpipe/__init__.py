"""llmpipe: from raw text to an evaluated language model, reproducibly, with one command."""

__version__ = "0.1.0"
