"""
Does an exported folder answer the same where llmpipe is not installed?

Exports a model directory with `llmpipe export hf`, makes a virtual environment with nothing but torch and transformers
in the pinned versions, and lets transformers answer there, greedily. Token ids and texts must be those of llmpipe. It
needs a package index that pip reaches; where there is none it says so and ends with 1, as when an answer differs.
A user's text that holds a role token is reported apart: transformers' chat template reads it as a role token.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from pathlib import Path
from typing import Any

from llmpipe.export.hf import export
from llmpipe.model.generate import generate
from llmpipe.train import directory

ROOT = Path(__file__).parents[1]
MAX_NEW_TOKENS = 40
PROMPTS = [
    "Translate to Chinese: Belor lives in the old town.",
    "翻译成英文：贝洛住在河边。",
    "What is the derivative of 3x^2 + 2x?",
    "求导：5x^3 - x",
    "Write a poem about the sea.",
    "写一首关于春天的诗。",
    "Who lives in Rome?",
    "订一张去巴黎的票",
    "Hello  \n world! 🙂",
    "Is this sentence friendly: what a lovely day",
]
# Transformers reads a role token in a user's text as one, llmpipe never does: reported, and no failure.
ROLE_TOKEN = "Hello <|user|> world"

# What runs in the new environment; it prints one line of JSON.
SCRIPT = """
import importlib.util, json, sys
import torch, transformers
folder, prompts, count = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
ends = model.generation_config.eos_token_id
ends = set(ends if isinstance(ends, list) else [ends])
answers = []
for prompt in prompts:
    given = tokenizer.apply_chat_template(
        [{"role": "user", "content": prompt}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    out = model.generate(**given, max_new_tokens=count, do_sample=False)[0, given["input_ids"].shape[1]:].tolist()
    ids = out[:-1] if out and out[-1] in ends else out
    answers.append({"prompt_ids": given["input_ids"][0].tolist(), "ids": ids, "text": tokenizer.decode(ids)})
print(json.dumps({
    "answers": answers, "torch": torch.__version__, "transformers": transformers.__version__,
    "has_llmpipe": importlib.util.find_spec("llmpipe") is not None,
}))
"""


def ours(model: Path, prompts: list[str]) -> list[dict[str, Any]]:
    """The answers of llmpipe: token ids of prompt and answer, and the text."""
    loaded = directory.load(model)
    tokenizer = loaded.tokenizer
    asked = [tokenizer.prompt([("user", prompt)]) for prompt in prompts]
    answers = generate(
        loaded.model, asked, max_new_tokens=MAX_NEW_TOKENS, stop_ids={tokenizer.end_id, tokenizer.eos_id}
    )
    return [
        {"prompt_ids": prompt, "ids": ids, "text": tokenizer.decode(ids)}
        for prompt, ids in zip(asked, answers, strict=True)
    ]


def pins() -> list[str]:
    """Torch as pyproject.toml pins it; transformers' version is in the constraints."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return [next(item for item in declared if item.startswith("torch")), "transformers"]


def environment(folder: Path) -> Path:
    """A new virtual environment with torch and transformers; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", "--no-compile", "-c", ROOT / "constraints.txt", *pins()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"NOT CHECKED: pip could not install {' and '.join(pins())}: {done.stderr.strip()[-500:]}")
    return python


def theirs(python: Path, folder: Path, prompts: list[str]) -> dict[str, Any]:
    """The answers of transformers in another environment, where our code cannot be seen."""
    hidden = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [python, "-I", "-c", SCRIPT, folder, json.dumps(prompts), str(MAX_NEW_TOKENS)],
        cwd=folder,
        env=hidden | {"HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"transformers failed in the new environment: {done.stderr.strip()[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print what was compared, and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path("data/finetuned"), help="model directory")
    parser.add_argument("--python", type=Path, help="of an environment that is there already, in place of a new one")
    parser.add_argument("--quick", action="store_true", help="three prompts")
    options = parser.parse_args()
    prompts = PROMPTS[:3] if options.quick else PROMPTS
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="llmpipe-fresh-") as temporary:
        folder = Path(temporary) / "exported"
        export(options.model, folder)
        python = options.python or environment(Path(temporary) / "venv")
        installed_s = time.perf_counter() - start
        found = theirs(python.absolute(), folder, [*prompts, ROLE_TOKEN])
    *expected, with_role = ours(options.model, [*prompts, ROLE_TOKEN])
    *answers, their_role = found["answers"]
    same = {key: sum(a[key] == b[key] for a, b in zip(answers, expected, strict=True)) for key in expected[0]}
    for prompt, a, b in zip(prompts, answers, expected, strict=True):
        print(f"{'same' if a == b else 'DIFFERENT'}  {prompt!r} -> {b['text']!r}" + ("" if a == b else f" / {a}"))
    result = {
        "prompts": len(prompts),
        "ids_identical": same["ids"] == same["prompt_ids"] == len(prompts),
        "texts_identical": same["text"] == len(prompts),
        "role_token_identical": their_role["prompt_ids"] == with_role["prompt_ids"],
        "llmpipe_installed": found["has_llmpipe"],
        "torch": found["torch"],
        "transformers": found["transformers"],
        "prepare_s": round(installed_s, 1),
    }
    print(json.dumps(result))
    sys.exit(0 if result["ids_identical"] and result["texts_identical"] and not result["llmpipe_installed"] else 1)


if __name__ == "__main__":
    main()
