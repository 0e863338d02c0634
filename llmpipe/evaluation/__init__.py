"""How models are judged: test sets, answers to them, and scores. What `evaluate` and `transfer` are made of."""
