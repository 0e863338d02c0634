"""
What MLflow shows: the only room that imports it.

Two experiments. `llmpipe-stages` has one run per execution of a stage, written while it runs. `llmpipe`
has one row per result of the whole pipeline, written by the report stage from DVC outputs alone, so that
the row is full and right even when every other stage came from DVC's cache.

Tracking may not slow a stage, stop it, or lose a point. So a stage appends its points to a file below
`.llmpipe/runs/` and does no more; a daemon thread reads that file and sends it in batches. What it could
not send (server away, process killed) is sent by the next `llmpipe report`. A point is sent with the time
at which it was made, which makes sending it twice harmless: MLflow drops the second copy.

Everything is anchored at the main checkout (DVC_ROOT), because DVC runs queued experiments in temporary
copies of it that are deleted afterwards. `MLFLOW_TRACKING_URI` names another server, `LLMPIPE_TRACKING=off`
switches tracking off.
"""

from llmpipe.files import project_root as root
from llmpipe.tracking.find import costs, name_of_run, result_of_digest, result_of_run
from llmpipe.tracking.lineage import OUTPUTS, is_locked, ran_with_others
from llmpipe.tracking.live import stage_run
from llmpipe.tracking.row import Row, publish
from llmpipe.tracking.store import connect, enabled, tracking_uri
from llmpipe.tracking.ui import ui_command

__all__ = [
    "OUTPUTS",
    "Row",
    "connect",
    "costs",
    "enabled",
    "is_locked",
    "publish",
    "ran_with_others",
    "name_of_run",
    "result_of_digest",
    "result_of_run",
    "root",
    "stage_run",
    "tracking_uri",
    "ui_command",
]
