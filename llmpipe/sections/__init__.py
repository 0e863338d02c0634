"""
The sections of params.yaml: one frozen model each, in a file of its name.

Nothing is imported here: a stage depends on the sections it uses, and on no other one.
"""
