"""
The tuned model made smaller: fewer bits a weight, fewer weights, or a smaller student.

`sizes` says what remains, `prune` cuts by importance, `distill` is the loss of a student, `training` trains either with
the project's loop, `compare` sets before beside after, `speed` times both, `page` shows it.
"""
