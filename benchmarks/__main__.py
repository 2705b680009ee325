"""Run every benchmark, one after the other."""

from benchmarks import pages, ranking, search

for _part in (search, ranking, pages):
    print(f"== {_part.__name__}")
    _part.main()
