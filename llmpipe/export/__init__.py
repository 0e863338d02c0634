"""A model directory in the formats of other projects; each exporter verifies what it wrote."""
