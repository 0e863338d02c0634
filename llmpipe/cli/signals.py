"""What a signal does to a command that works for long."""

import os
import signal
from typing import NoReturn

from llmpipe.errors import Interrupted
from llmpipe.processes import end_with_dvc


def stop_on_sigterm() -> None:
    """Turn SIGTERM into `Interrupted`, and ask for it when DVC, our parent, dies: a stage must not live on unseen."""

    def stop(*_: object) -> NoReturn:
        raise Interrupted("stopped by SIGTERM; run the same command again to go on.")

    signal.signal(signal.SIGTERM, stop)
    if os.environ.get("DVC_STAGE") and "RANK" not in os.environ:  # its processes end with the stage
        end_with_dvc()
