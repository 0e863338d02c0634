"""
The command line: parses and calls, computes nothing.

Heavy modules are imported inside the commands, so that `llmpipe --help` is instant. Exit codes: 0 done,
1 something went wrong while working, 2 wrong options or parameters, 130 Ctrl-C, 143 SIGTERM.
"""

from llmpipe.cli import around, outside, parameters, results, stages, talking
from llmpipe.cli.group import main
from llmpipe.cli.stages import PARALLEL, STAGES

__all__ = ["PARALLEL", "STAGES", "main"]

for command in (
    *stages.COMMANDS,
    results.ui,
    results.compare,
    results.trace,
    parameters.recipe,
    parameters.params,
    talking.generate,
    talking.chat,
    talking.translate,
    talking.ask,
    talking.serve,
    around.doctor,
    around.plan,
    around.study,
    around.compress,
    outside.export,
    outside.harness,
):
    main.add_command(command)
