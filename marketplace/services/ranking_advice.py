"""What would bring an enterprise more choice, and who could do its checklist together: computed on the whole shelf."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.demands import DemandStatus
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import matches, ranking_weights
from marketplace.services.matches import Computed
from matching import consortia, counterfactuals
from matching.consortia import Member
from matching.counterfactuals import Counterfactual, Kind

LIMIT: int = ranking_weights.POLICY["shown"]["counterfactuals"]
NAMED: int = ranking_weights.POLICY["shown"]["gained"]
PAGES = {Kind.LINE: "lines"}  # every other kind stands among the conditions


@dataclass(frozen=True, slots=True)
class Advice:
    """A change of terms with whom it brings; `page` is where a draft's owner makes it, empty when he cannot."""

    sentence: str
    page: str
    gained: tuple[tuple[int, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class MemberView:
    id: int
    name: str
    is_lead: bool
    lines: str
    weight: float
    solutions: tuple[tuple[int, str], ...]
    price: int | None
    price_share: int | None


@dataclass(frozen=True, slots=True)
class ConsortiumView:
    """Providers that bring every line to its target together; `uncovered` lines nobody brings there."""

    members: tuple[MemberView, ...]
    uncovered: tuple[str, ...]
    total: int | None


def changes(computed: Computed) -> tuple[Advice, ...]:
    """At most a few, the most useful first."""
    found = counterfactuals.find(computed.fitted.ranker, computed.matched, LIMIT)
    names = _solutions(key for one in found for key in one.solutions[:NAMED])
    return tuple(_advice(one, computed, names) for one in found)


def _advice(one: Counterfactual, computed: Computed, names: Mapping[str, str]) -> Advice:
    is_draft = computed.demand.status == DemandStatus.DRAFT
    shown = one.solutions[:NAMED]
    return Advice(
        sentence=one.sentence,
        page=PAGES.get(one.kind, "conditions") if is_draft else "",
        gained=tuple((int(key), names[key]) for key in shown if key in names),
        more=len(one.solutions) - len(shown),
    )


def consortium(computed: Computed) -> ConsortiumView | None:
    """None when one provider does it alone. Products that are made for other industries take no part."""
    fitted, industry = computed.fitted.ranker, computed.matched.enterprise.industry
    shelf = [one for one in fitted.catalogue_.solutions if not one.industries or industry in one.industries]
    found = consortia.compose(computed.matched, shelf, weights=fitted.weights.provider)
    if len(found.members) == 1 and not found.uncovered:
        return None
    labels = matches.line_labels(computed.demand)
    names = _solutions(key for member in found.members for key in member.solutions)
    providers = _providers(member.provider for member in found.members)
    prices = [member.price for member in found.members]
    known = [price for price in prices if price is not None]
    return ConsortiumView(
        members=tuple(
            _member(member, labels=labels, names=names, providers=providers, is_lead=not place)
            for place, member in enumerate(found.members)
        ),
        uncovered=tuple(labels[key] for key in found.uncovered),
        total=sum(known) if len(known) == len(prices) and known else None,
    )


def _member(
    member: Member,
    *,
    labels: Mapping[str, str],
    names: Mapping[str, str],
    providers: Mapping[str, str],
    is_lead: bool,
) -> MemberView:
    return MemberView(
        id=int(member.provider),
        name=providers[member.provider],
        is_lead=is_lead,
        lines="、".join(labels[key] for key in member.lines),
        weight=member.weight,
        solutions=tuple((int(key), names[key]) for key in member.solutions),
        price=member.price,
        price_share=member.price_share,
    )


def _solutions(keys: Iterable[str]) -> dict[str, str]:
    query = select(Solution.id, Solution.name).where(Solution.id.in_({int(key) for key in keys}))
    return {str(row.id): row.name for row in db.session.execute(query)}


def _providers(keys: Iterable[str]) -> dict[str, str]:
    query = select(Provider.id, Provider.short_name).where(Provider.id.in_({int(key) for key in keys}))
    return {str(row.id): row.short_name for row in db.session.execute(query)}
