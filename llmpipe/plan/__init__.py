"""
What a run will cost, before it runs: time, arithmetic, memory, disk and energy of each stage.

Sizes follow from the parameters alone (`sizes`, `memory`, `disk`). How fast this machine is comes from a few seconds of
the real stages and the real training loop on a sample (`sample`, `speed`), or from stated assumptions (`assumed`).
`stages` puts the two together, a function for each stage; `limits` says what will not fit.
"""
