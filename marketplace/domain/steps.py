"""A step is a row of a table: action, sources, target, permission, is a reason due."""

from dataclasses import dataclass

from marketplace.domain.permissions import Permission


@dataclass(frozen=True, slots=True)
class Transition:
    action: str
    label: str
    sources: frozenset[str]
    target: str
    permission: Permission
    needs_reason: bool = False


def table(*rows: Transition) -> dict[str, Transition]:
    return {row.action: row for row in rows}


def step(
    action: str,
    label: str,
    source: str | tuple[str, ...],
    target: str,
    permission: Permission,
    *,
    reason: bool = False,
) -> Transition:
    sources = frozenset({source} if isinstance(source, str) else source)
    return Transition(action, label, sources, target, permission, reason)
