"""Timetables beside the greedy one on the same data: total score, floor of the worst-off, time.

python -m benchmarks.meetings
"""

import random
from collections import Counter
from time import perf_counter

from matching.meetings import solver
from matching.meetings.timetables import Day, Limits, Pair

DAYS = ((100, 80, 12, 40), (400, 120, 16, 90))
SEED = 20261122


def day(lefts: int, rights: int, slots: int, tables: int) -> Day:
    """Half of all pairs may meet; some right participants are wanted by everybody."""
    chance = random.Random(SEED)
    wanted = [chance.random() for _ in range(rights)]
    pairs = tuple(
        Pair(f"e{left:03d}", f"p{right:03d}", round(50 * wanted[right] + 50 * chance.random(), 3))
        for left in range(lefts)
        for right in range(rights)
        if chance.random() < 0.5
    )
    return Day(pairs, slots, tables, Limits(3, 8), Limits(2, slots))


def greedy(problem: Day) -> tuple[float, float]:
    """First come, first served, a meeting a turn, each its best that is still free. Total and left floor."""
    seats: set[tuple[str, int]] = set()
    tables: Counter[int] = Counter()
    meetings: Counter[str] = Counter()
    sums: dict[str, float] = dict.fromkeys(problem.lefts, 0.0)
    wishes: dict[str, list[Pair]] = {left: [] for left in problem.lefts}
    for pair in sorted(problem.pairs, key=lambda one: one.score):
        wishes[pair.left].append(pair)
    for _turn in range(problem.left.most):
        for left in problem.lefts:
            while wishes[left]:
                pair = wishes[left].pop()
                slot = _open_slot(problem, pair, seats, tables)
                if slot and meetings[pair.right] < problem.right.most:
                    seats |= {(left, slot), (pair.right, slot)}
                    tables[slot] += 1
                    meetings[pair.right] += 1
                    sums[left] += pair.score
                    break
    return sum(sums.values()), min(sums.values())


def _open_slot(problem: Day, pair: Pair, seats: set[tuple[str, int]], tables: Counter[int]) -> int:
    slots = range(1, problem.slots + 1)
    free = (s for s in slots if tables[s] < problem.tables and not {(pair.left, s), (pair.right, s)} & seats)
    return next(free, 0)


def main() -> None:
    for size in DAYS:
        problem = day(*size)
        total, floor = greedy(problem)
        print(f"{size}: {len(problem.pairs)} pairs; greedy total {total:.0f}, floor {floor:.1f}")
        for label, wanted in (("best total", None), ("floor of greedy", floor)):
            start = perf_counter()
            found = solver.solve(problem, floor=wanted, time_limit=45)
            print(
                f"  {label}: {perf_counter() - start:.2f} s, total {found.objective:.0f}"
                f" ({found.objective / total - 1:+.2%} on greedy, proven gap {found.gap:.2%}),"
                f" floor {found.left_min:.1f}, below least {len(found.unmet)}"
            )


if __name__ == "__main__":
    main()
