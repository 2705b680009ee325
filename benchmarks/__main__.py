"""Run every benchmark, one after the other."""

from benchmarks import bundles, meetings, pages, ranking, search

for _part in (search, ranking, bundles, meetings, pages):
    print(f"== {_part.__name__}")
    _part.main()
