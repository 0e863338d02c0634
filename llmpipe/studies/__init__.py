"""
A study: one question, answered by the same pipeline with other parameters.

A file names factors and their levels; cells are the combinations, each run with several seeds as one DVC experiment.
Whatever is known about a study is read back from those experiments, so a study can be killed, gone on with, extended
and analysed again at any time.
"""
