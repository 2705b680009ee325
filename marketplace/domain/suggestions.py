"""The words of a suggested demand line: where the scene stands, and what is missing up to the target level."""

from collections.abc import Mapping, Sequence

from marketplace.domain import gaps
from matching import standard

WISHES: Mapping[str, Sequence[str]] = gaps.POLICY["wishes"]


def text(scene: str, present: int, target: int) -> str:
    """The present statement of the standard, then one wish for every level from the next one to the target."""
    asked = "；".join(missing(scene, present, target))
    return f"现在{standard.LEVEL_STATEMENTS[scene][present]}。要做到：{asked}。"


def missing(scene: str, present: int, target: int) -> tuple[str, ...]:
    """The wishes for the levels above the present one, up to the target."""
    return tuple(WISHES[scene][present:target])
