"""What the commands around the pipeline do; the stages are in `llmpipe.stages`."""
