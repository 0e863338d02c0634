"""
What the sources of `params.yaml` hold, as documents and examples.

`files` reads a file with the reader of its ending (`text`, `json_objects`, `table`, `conll`, `parquet`, `tmx`, `warc`,
`wmt`), `parallel` two that are translations, `hub` a data set of Hugging Face, all to `records`; `documents` and
`examples` take what they need from these. Below: `lines`, `encodings`, `json_list`, `xml_parts`, `streams`.
"""
