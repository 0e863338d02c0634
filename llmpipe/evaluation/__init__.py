"""How models are judged: test sets, answers to them, scores. For `finetune`, `evaluate` and `transfer`."""
