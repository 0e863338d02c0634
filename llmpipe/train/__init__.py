"""How weights change: batches, one loop, optimizers, schedules, checkpoints, validation."""
