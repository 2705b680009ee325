"""`python -m benchmarks.search`: the embedded engine beside bare tantivy and SQLite FTS5, and against brute force.

Every query is put to the three in turn, several times over; a query's time is the best of its rounds, which is what
is left of a busy machine. Nothing is cached between rounds but what each library keeps by itself.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import search_documents, search_rivals
from benchmarks.search_oracle import Oracle
from search_index import planning
from search_index.embedded import EmbeddedEngine
from search_index.queries import Query

_GOAL_BARE, _GOAL_FTS5 = 1.5, 0.2


def main() -> None:
    options = _options()
    contents = search_documents.documents(options.documents)
    analysis = search_documents.analysis()
    queries = search_documents.queries(options.queries, contents=contents)
    oracle = Oracle(contents, analysis)
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedEngine(Path(folder), analysis=analysis)
        started = time.perf_counter()
        engine.rebuild(contents)
        rebuilt = time.perf_counter() - started
        agreed = sum(_agrees(engine, oracle, query) for query in queries)
        times = _measure(engine, contents, queries, options.rounds)
    print(json.dumps(_report(times, agreed, len(queries), rebuilt, len(contents)), ensure_ascii=False, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _agrees(engine: EmbeddedEngine, oracle: Oracle, query: Query) -> bool:
    results = engine.search(query)
    found = (results.total, [hit.id for hit in results.hits], dict(results.facets), results.relaxed)
    expected = oracle.answer(query)
    if found != expected:
        print(f"differs: {query}\n  engine {found}\n  oracle {expected}")
    return found == expected


def _measure(
    engine: EmbeddedEngine, contents: Sequence[Any], queries: Sequence[Query], rounds: int
) -> dict[str, list[float]]:
    analysis = search_documents.analysis()
    bare = search_rivals.BareTantivy(contents, analysis)
    fts5 = search_rivals.Fts5(contents, analysis)
    times: dict[str, list[float]] = {"embedded": [], "bare tantivy": [], "sqlite fts5": []}
    for query in queries:
        # Every word of these queries occurs: the plan needs no index to be asked.
        plan = planning.plan(query.text, analysis=analysis, is_found=lambda groups, required: True)
        asked: dict[str, Callable[[], object]] = {
            "embedded": lambda query=query: engine.search(query),
            "bare tantivy": lambda query=query, plan=plan: bare.answer(query, plan),
            "sqlite fts5": lambda query=query, plan=plan: fts5.answer(query, plan),
        }
        for name, ask in asked.items():
            times[name].append(min(_timed(ask) for _ in range(rounds)))
    return times


def _timed(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def _report(
    times: dict[str, list[float]], agreed: int, asked: int, rebuilt: float, documents: int
) -> dict[str, object]:
    figures = {
        name: {"p50_ms": round(_percentile(values, 50), 2), "p95_ms": round(_percentile(values, 95), 2)}
        for name, values in times.items()
    }
    embedded, bare, fts5 = figures.values()
    return {
        "documents": documents,
        "queries": asked,
        "equal_to_brute_force": f"{agreed} of {asked}",
        "rebuild_seconds": round(rebuilt, 1),
        **figures,
        "to_bare_p50": f"{embedded['p50_ms'] / bare['p50_ms']:.2f} (goal {_GOAL_BARE})",
        "to_bare_p95": f"{embedded['p95_ms'] / bare['p95_ms']:.2f} (goal {_GOAL_BARE})",
        "to_fts5_p95": f"{embedded['p95_ms'] / fts5['p95_ms']:.3f} (goal {_GOAL_FTS5})",
    }


def _percentile(values: Sequence[float], share: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


if __name__ == "__main__":
    main()
