"""Search over the catalogue: documents, settings and queries as data; one interface, two engines.

The library knows no web framework, no database and no marketplace: the caller hands in documents and an
`analysis.Analysis` (how to cut Chinese, which words mean the same, how characters sound).
"""
