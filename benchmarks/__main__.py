"""Run every benchmark, one after the other."""

from benchmarks import audit_chain, bundles, meetings, pages, ranking, search

for _part in (search, ranking, bundles, meetings, audit_chain, pages):
    print(f"== {_part.__name__}")
    _part.main()
