"""
transfer: does pretraining help, and with how many labels? base model x labelled examples -> data/transfer/.

Without `transfer.labels` there is nothing to ask, and what trains is not imported: that would take all of its time.
"""

from llmpipe.files import Layout, atomic_directory, write_json
from llmpipe.progress import Reporter
from llmpipe.sections.params import Params


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Train and judge every cell; without `transfer.labels` write an empty result."""
    if params.transfer.labels:
        from llmpipe.stages.transfer import cells

        cells.run(params, data, out, reporter)
        return
    with atomic_directory(out.transfer) as folder:
        write_json(folder / "scores.json", [])
        write_json(folder / "comparisons.json", [])
    write_json(out.metrics("transfer"), {})
