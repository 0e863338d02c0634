"""Options and arguments that several commands take."""

from pathlib import Path
from typing import Any

import click

Folder = click.Path(path_type=Path, file_okay=False)
File = click.Path(path_type=Path, dir_okay=False)
PARAMS_OPTION = click.option(
    "--params", "params_file", type=File, default="params.yaml", show_default=True, help="Parameters."
)
DATA_OPTION = click.option("--data", type=Folder, default="data", show_default=True, help="Folder to read from.")
MODEL_OPTION = click.option(
    "--model", type=Folder, default="data/finetuned", show_default=True, help="Model directory."
)


class Time(click.ParamType):
    """A length of time: `90s`, `15m`, `2h`."""

    name = "time"
    UNITS = {"s": 1, "m": 60, "h": 3600}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        number, unit = str(value)[:-1], str(value)[-1:]
        if unit not in self.UNITS or not number.replace(".", "", 1).isdigit():
            self.fail(f"'{value}' is no time; write 90s, 15m or 2h.", param, ctx)
        return float(number) * self.UNITS[unit]
