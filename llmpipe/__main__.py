"""`python -m llmpipe`: the form dvc.yaml uses, so that an experiment runs its own copy of the code."""

from llmpipe.cli import main

main(prog_name="llmpipe")
