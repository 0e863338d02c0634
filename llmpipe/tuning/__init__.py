"""Fine-tuning's data and judgement: what `finetune`, `transfer`, `compress`, `plan` and `trace` share of it."""
