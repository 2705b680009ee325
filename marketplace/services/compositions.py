"""配包: the cheapest bundle for a demand with proof, others beside it, or why there is none and what would help."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.domain import baskets, wording
from marketplace.domain.actors import Actor
from marketplace.domain.baskets import Standing
from marketplace.domain.permissions import Permission
from marketplace.models.demands import Demand, DemandStatus
from marketplace.services import basket_outcomes, demand_views, offers
from marketplace.services.basket_outcomes import Aim, Outcome, Wanted
from marketplace.services.offers import Offer, Pick
from matching import bundles, documents
from matching.bundles.requirements import LINE_PREFIX
from matching.bundles.results import Composition, Kind, Remedy, Status

POLICY = baskets.POLICY
KINDS = {
    Kind.BEST: "自付最少",
    Kind.CHEAPEST_OTHER: "换一套，次省",
    Kind.FEWEST_PROVIDERS: "服务商最少",
    Kind.BEST_RATED: "评分最高",
    Kind.ONE_PROVIDER: "只找一家",
    Kind.NEXT_CHEAPEST: "再往下一档",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the composer is asked; days, deployment and lines may be eased for a trial, which changes no demand.

    Listings that name other industries alone are left out unless `any_industry`.
    """

    aim: Aim
    any_industry: bool = False
    days: int | None = None
    any_deployment: bool = False
    eased_lines: tuple[str, ...] = ()

    @property
    def is_trial(self) -> bool:
        return bool(self.days or self.any_deployment or self.eased_lines)

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """As they stand in an address; the budget in 万元 as people type it."""
        budget, providers = self.aim.budget, self.aim.max_providers
        given: dict[str, str | list[str]] = {
            "target": str(self.aim.target),
            "budget": "" if budget is None else baskets.plain(Decimal(budget) / wording.TEN_THOUSAND),
            "providers": "" if providers is None else str(providers),
        }
        if self.any_industry:
            given["any_industry"] = "1"
        if self.days:
            given["days"] = str(self.days)
        if self.any_deployment:
            given["anyway"] = "1"
        return given | ({"ease": list(self.eased_lines)} if self.eased_lines else {})


@dataclass(frozen=True, slots=True)
class Option:
    """A bundle that holds: what it stands for, what it gives up against the first."""

    label: str
    outcome: Outcome
    gives_up: tuple[str, ...]

    @property
    def solution_ids(self) -> tuple[int, ...]:
        return tuple(member.offer.id for member in self.outcome.members)


@dataclass(frozen=True, slots=True)
class Way:
    """A smallest change that makes a bundle possible, and the wish that has it."""

    text: str
    wish: Wish


@dataclass(frozen=True, slots=True)
class CompositionView:
    demand: Demand
    wish: Wish
    facts: tuple[tuple[str, str], ...]
    status: str
    proof: str
    options: tuple[Option, ...]
    reasons: tuple[str, ...]
    uncovered: tuple[str, ...]
    ways: tuple[Way, ...]
    notes: tuple[str, ...]
    offers: int
    left_out: int  # listings that are for other industries
    may_keep: bool

    @property
    def best(self) -> Option | None:
        return self.options[0] if self.options else None


def first_wish(demand: Demand) -> Wish:
    """What the demand itself says; 二级 when it names no level."""
    return Wish(Aim(demand.aimed_level or POLICY["default_target_level"], demand.budget))


def get_demand(actor: Actor, demand_id: int) -> Demand:
    return demand_views.get(actor, demand_id, permission=Permission.BUILD_BUNDLE).demand


def compose(demand: Demand, wish: Wish) -> CompositionView:
    """The demand comes from `get_demand`. Raises Invalid for a wish that makes no sense."""
    aim = wish.aim
    baskets.check_aim(target=aim.target, budget=aim.budget, max_providers=aim.max_providers)
    wanted = _eased(basket_outcomes.wanted(demand), wish)
    shelf = offers.on_shelf()
    fitting = [offer for offer in shelf if wish.any_industry or _fits(offer, demand.enterprise.industry)]
    picks = {str(offer.id): offers.pick(offer, employees=wanted.employees) for offer in fitting}
    found = _solve(wanted.document, [pick.document for pick in picks.values()], aim)
    options = _options(found, wanted, picks, aim)
    return CompositionView(
        demand=demand,
        wish=wish,
        facts=demand_views.condition_facts(demand)[1:],
        status=found.status,
        proof=_proof(found, options, aim),
        options=options,
        reasons=found.reasons,
        uncovered=tuple(wording.SCENES[scene] for scene in found.uncovered),
        ways=tuple(_way(remedy, wish, wanted.document) for remedy in found.smallest_change),
        notes=_notes(found),
        offers=len(fitting),
        left_out=len(shelf) - len(fitting),
        may_keep=demand.status == DemandStatus.PUBLISHED,
    )


def _fits(offer: Offer, industry: str) -> bool:
    """For this industry, for all, or not said for which."""
    return not offer.document.industries or industry in offer.document.industries


def _eased(wanted: Wanted, wish: Wish) -> Wanted:
    document = wanted.document
    lines = tuple(
        dataclasses.replace(line, is_essential=line.is_essential and line.id not in wish.eased_lines)
        for line in document.lines
    )
    document = dataclasses.replace(
        document,
        lines=lines,
        deadline_days=wish.days or document.deadline_days,
        deployment=None if wish.any_deployment else document.deployment,
    )
    return dataclasses.replace(wanted, document=document)


def _solve(document: documents.Demand, solutions: Sequence[documents.Solution], aim: Aim) -> Composition:
    return bundles.compose(
        document,
        solutions,
        target_level=aim.target,
        budget=aim.budget,
        subsidy=aim.subsidy,
        max_providers=aim.max_providers,
        alternatives=POLICY["alternatives"],
        time_limit=POLICY["time_limit_seconds"],
    )


def _options(found: Composition, wanted: Wanted, picks: Mapping[str, Pick], aim: Aim) -> tuple[Option, ...]:
    return tuple(
        Option(
            label,
            basket_outcomes.outcome(wanted, [picks[key] for key in bundle.solutions], aim),
            tuple(one.text for one in bundle.gives_up),
        )
        for label, bundle in zip(_labels(found), found.bundles, strict=True)
    )


def _labels(found: Composition) -> list[str]:
    """What each bundle stands for; a kind that comes again is counted."""
    kinds = [bundle.kind for bundle in found.bundles]
    times = [kinds[: place + 1].count(kind) for place, kind in enumerate(kinds)]
    return [KINDS[kind] + (f"（{count}）" if count > 1 else "") for kind, count in zip(kinds, times, strict=True)]


def _proof(found: Composition, options: Sequence[Option], aim: Aim) -> str:
    """What is proven and what is not; the level is named only where both parts of the rule hold."""
    if not options:
        return ""
    is_reached = options[0].outcome.verdict.standing == Standing.REACHED
    goal = f"达到{aim.target_label}" if is_reached else f"让场景部分达到{aim.target_label}要求"
    if found.status == Status.OPTIMAL:
        if not options[0].outcome.members:
            return f"现有场景已经{goal}，必选需求也都满足，不用再买产品。"
        return f"已证明：没有更便宜的组合能{goal}。"
    limit = POLICY["time_limit_seconds"]
    if not found.gap:
        return f"已证明没有更省的组合能{goal}；服务商家数和评分在{limit}秒内没有比完。"
    return f"这是{limit}秒内找到的最好组合。已证明：要{goal}，自付最多还能再省{found.gap:.1%}。"


def _notes(found: Composition) -> tuple[str, ...]:
    """Facts that kept listings out; what the verdict says of points is not said twice."""
    return found.notes if found.status == Status.INFEASIBLE else ()


def _way(remedy: Remedy, wish: Wish, document: documents.Demand) -> Way:
    aim = wish.aim
    for change in remedy.changes:
        amount = int(change.amount or 0)
        if change.condition == "budget":
            aim = dataclasses.replace(aim, budget=(aim.budget or 0) + amount)
        elif change.condition == "providers":
            aim = dataclasses.replace(aim, max_providers=(aim.max_providers or 0) + amount)
        elif change.condition == "deadline":
            wish = dataclasses.replace(wish, days=(document.deadline_days or 0) + amount)
        elif change.condition == "deployment":
            wish = dataclasses.replace(wish, any_deployment=True)
        elif change.condition.startswith(LINE_PREFIX):
            line = change.condition.removeprefix(LINE_PREFIX)
            wish = dataclasses.replace(wish, eased_lines=(*wish.eased_lines, line))
    return Way(remedy.text, dataclasses.replace(wish, aim=aim))
