"""What chosen offers come to for one demand: level before and after, three purses, and all that does not hold."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.domain import baskets, subsidies, wording
from marketplace.domain.baskets import Payment, Verdict
from marketplace.domain.subsidies import Rule
from marketplace.models.demands import Demand
from marketplace.services import match_inputs
from marketplace.services.offers import Offer, Pick
from matching import bundles, documents, standard
from matching.bundles.requirements import present_levels
from matching.subsidies import SubsidyRule


@dataclass(frozen=True, slots=True)
class Aim:
    """What a bundle is to reach and to keep within; None: no limit."""

    target: int
    budget: int | None = None
    max_providers: int | None = None

    @property
    def target_label(self) -> str:
        return standard.LEVEL_NAMES[self.target]

    @property
    def rule(self) -> Rule:
        return subsidies.rule(self.target)

    @property
    def subsidy(self) -> SubsidyRule:
        return SubsidyRule(self.rule.rate, self.rule.cap)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A demand as bundles take it: its score apart, for points come from measures and not from products."""

    document: documents.Demand
    score: Decimal | None
    employees: int | None
    line_labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SceneChange:
    scene: str
    name: str
    is_mandatory: bool
    before: int
    after: int

    @property
    def is_lifted(self) -> bool:
        return self.after > self.before


@dataclass(frozen=True, slots=True)
class Member:
    """One chosen offer with its part of the money; `subsidy` parts add up to the whole's."""

    pick: Pick
    subsidy: int

    @property
    def offer(self) -> Offer:
        return self.pick.offer

    @property
    def listed(self) -> int:
        return self.pick.charge.listed

    @property
    def net(self) -> int:
        return self.pick.charge.net

    @property
    def own(self) -> int:
        return self.net - self.subsidy


@dataclass(frozen=True, slots=True)
class Outcome:
    """`violations` are sentences; points are said by the verdict alone."""

    aim: Aim
    members: tuple[Member, ...]
    payment: Payment
    verdict: Verdict
    scenes: tuple[SceneChange, ...]
    violations: tuple[str, ...]
    providers: int
    covered: tuple[str, ...]
    open_lines: tuple[str, ...]
    lowest_rating: Decimal | None

    @property
    def lifted(self) -> tuple[SceneChange, ...]:
        return tuple(scene for scene in self.scenes if scene.is_lifted)

    @property
    def unchanged(self) -> tuple[SceneChange, ...]:
        return tuple(scene for scene in self.scenes if not scene.is_lifted)

    @property
    def is_sound(self) -> bool:
        """Every condition holds; whether the points do is the verdict's to say."""
        return not self.violations


def wanted(row: Demand) -> Wanted:
    """The row comes with its lines and its enterprise."""
    document = match_inputs.demand(row)
    score = None if document.assessment_score is None else Decimal(str(document.assessment_score))
    labels = {str(line.position): f"第{line.position}项{wording.SCENES[line.scene]}" for line in row.lines}
    bare = dataclasses.replace(document, assessment_score=None, budget=None)
    return Wanted(bare, score, row.enterprise.employees, labels)


def outcome(wanted: Wanted, picks: Sequence[Pick], aim: Aim) -> Outcome:
    """What is off the shelf is shown and counts for nothing."""
    charges = [pick.charge for pick in picks]
    payment = baskets.pay(charges, aim.rule)
    found = bundles.evaluate(
        wanted.document,
        [pick.document for pick in picks if pick.offer.is_on_shelf],
        target_level=aim.target,
        budget=aim.budget,
        subsidy=aim.subsidy,
        max_providers=aim.max_providers,
    )
    bundle = found.bundle
    parts = baskets.apportion(payment.subsidy, [charge.net if charge.is_eligible else 0 for charge in charges])
    gone = [f"「{pick.offer.name}」已不在架，不计入等级和费用，请移出" for pick in picks if not pick.offer.is_on_shelf]
    return Outcome(
        aim=aim,
        members=tuple(Member(pick, part) for pick, part in zip(picks, parts, strict=True)),
        payment=payment,
        verdict=baskets.verdict(bundle.scenes, target=aim.target, score=wanted.score),
        scenes=_scenes(wanted.document, bundle.scenes),
        violations=(*gone, *(one.text for one in found.violations)),
        providers=len(bundle.providers),
        covered=tuple(label for key, label in wanted.line_labels.items() if key in bundle.covers),
        open_lines=tuple(label for key, label in wanted.line_labels.items() if key not in bundle.covers),
        lowest_rating=bundle.lowest_rating,
    )


def _scenes(document: documents.Demand, after: Mapping[str, int]) -> tuple[SceneChange, ...]:
    before = present_levels(document)
    return tuple(
        SceneChange(scene.id, scene.name, scene.is_mandatory, before[scene.id], after[scene.id])
        for scene in standard.SCENES.values()
    )
