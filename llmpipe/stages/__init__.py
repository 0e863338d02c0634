"""One module per stage, each with `run(params, data, out, reporter)`: wires parts, computes nothing itself."""
