"""
Text to text: reading sources, and every rule of cleaning as a plain function.

`sources` reads; `normalize`, `html`, `boilerplate`, `learned`, `unwrap`, `language`, `filters`, `pii`, `duplicates`,
`decontaminate`, `split` clean; `pipeline` runs the rules over one document; `ledger` compares the result with planted
dirt.
"""
