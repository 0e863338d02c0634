"""Of a large corpus lines are learned from a share of the documents: a batch may have none of them, or a few."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from llmpipe.config import validate
from llmpipe.corpus.blocks import _note_lines
from llmpipe.corpus.site_lines.learned import line_hashes

CONFIG = validate({"clean": {"boilerplate": {"learned_values": True, "learned_blocks": True}}}, ["clean"]).clean
BATCH = [{"id": f"http://{host}.org/{n}", "source": "web"} for n, host in enumerate("abcab")]
TEXTS = [f"Hill Post of today\nThe mill {n} stands at the river.\nRead more of our stories" for n in range(5)]


def noted(learn_share):
    sites, rows = Counter(), {}
    _note_lines(SimpleNamespace(config=CONFIG, learn_share=learn_share), BATCH, TEXTS, sites, rows)
    return sites, rows


def test_a_batch_without_a_chosen_document_notes_nothing():
    assert noted(0.0) == (Counter(), {})


@pytest.mark.parametrize("share", [0.3, 0.6, 1.0])
def test_rows_go_to_the_site_of_their_document(share):
    sites, rows = noted(share)

    assert set(rows) == set(sites)
    assert sites.total() <= len(BATCH)
    assert share < 1 or sites == {"web a.org": 2, "web b.org": 2, "web c.org": 1}
    for name, number in sites.items():
        own = {n for n, row in enumerate(BATCH) if f"//{name[4]}." in row["id"]}
        lines = np.concatenate([line_hashes([TEXTS[n]])[0] for n in own])[:, 0]
        assert np.isin(rows[name][0][:, 0], lines).all()
        assert len(rows[name][0]) >= 2 * number
