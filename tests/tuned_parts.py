"""What each process of test_tuned_parts.py does: `torchrun tests/tuned_parts.py FOLDER` tunes in several ways."""

import sys
from pathlib import Path
from typing import Any

from scale import tune

from llmpipe.config import ComputeConfig
from llmpipe.files import Layout, digest
from llmpipe.train import launch

SGD = {"name": "sgd", "learning_rate": 0.1}  # Adam makes steps of the rounding of gradients that are almost zero


def ways(folder: Path) -> dict[str, dict[str, Any]]:
    """Settings of finetune by name; the model of others is beside the data."""
    others = folder / "llama"
    found: dict[str, dict[str, Any]] = {
        "pretrained": {"early_stopping": True},
        "random": {"base": "random"},
        "others": {"base": "path", "path": str(others), "digest": digest(others), "documents_ratio": 0.0},
    }
    return {way: settings | {"optimizer": SGD} for way, settings in found.items()}


if __name__ == "__main__":
    root = Path(sys.argv[1])
    with launch.joined(ComputeConfig(device="cpu")):
        for way, settings in ways(root).items():
            tune(Layout(root / "data"), root / way, "fsdp", **settings)
