"""The list of providers and the page of one; suspended and removed ones are not listed, their pages stay."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.domain import choices, facets, shelf, wording
from marketplace.domain.choices import Choice, Schema
from marketplace.domain.errors import NotFound
from marketplace.domain.facets import Row
from marketplace.extensions import db
from marketplace.models.accounts import Organisation
from marketplace.models.providers import Provider, Standing
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import alliances, list_views, solution_cards, solution_details
from marketplace.services.alliances import Alliance
from marketplace.services.list_views import Frame
from marketplace.services.solution_cards import Card
from marketplace.services.solution_facts import Case

SORTS = {"standing": "综合", "rating": "评分从高到低", "listings": "在架产品从多到少"}
SCHEMA = Schema(facets.PROVIDERS, SORTS)
PER_PAGE: int = shelf.SHELF["per_page"]
STANDING_ORDER = (Standing.RECOMMENDED, Standing.LISTED, Standing.WATCH, Standing.CANDIDATE)


@dataclass(frozen=True, slots=True)
class ProviderRow:
    id: int
    name: str
    full_name: str
    summary: str
    kind: str
    standing: str
    standing_label: str
    since: str
    industries: str
    place: str
    listings: int
    rating: float | None
    rating_count: int


@dataclass(frozen=True, slots=True)
class ProviderList:
    frame: Frame
    rows: tuple[ProviderRow, ...]


@dataclass(frozen=True, slots=True)
class ProviderPage:
    provider: Provider
    full_name: str
    banner: str
    rating: float | None
    facts: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    alliances: tuple[Alliance, ...]
    cases: tuple[tuple[str, int, Case], ...]


def parse(items: Iterable[tuple[str, str]], *, path: str) -> Choice:
    return choices.parse(items, schema=SCHEMA, path=path)


def browse(choice: Choice) -> ProviderList:
    """The pool is small: all its rows are read, counted and ordered here."""
    found = [row for row in _rows() if _mentions(row, choice.text)]
    tagged = [(row, Row(_values(row))) for row in found]
    kept = [row for row, tags in tagged if facets.fits(tags, choice.filters)]
    frame = list_views.frame(
        choice,
        counts=facets.count((tags for _, tags in tagged), SCHEMA.facets, choice.filters),
        total=len(kept),
        per_page=PER_PAGE,
    )
    first = (frame.page.number - 1) * PER_PAGE
    ordered = sorted(kept, key=lambda row: _order(row, choice.sort))
    return ProviderList(frame, tuple(_view(row) for row in ordered[first : first + PER_PAGE]))


def _rows() -> list[Any]:
    listings = (
        select(func.count())
        .where(Solution.provider_id == Provider.id, Solution.status == SolutionStatus.LISTED)
        .scalar_subquery()
    )
    columns = (
        Provider.id, Provider.short_name, Provider.summary, Provider.kind, Provider.standing, Provider.standing_since,
        Provider.industries, Provider.place, Provider.rating_sum, Provider.rating_count,
        Organisation.name.label("full_name"), listings.label("listings"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Organisation, Organisation.id == Provider.organisation_id)
        .where(Provider.standing.not_in(shelf.HIDDEN_STANDINGS))
    )
    return list(db.session.execute(query))


def _mentions(row: Any, text: str) -> bool:
    texts = f"{row.short_name} {row.full_name} {row.summary}".casefold()
    return all(word in texts for word in text.casefold().split())


def _values(row: Any) -> dict[str, tuple[str, ...]]:
    """A provider without a home industry serves all of them."""
    return {
        "kind": (row.kind,),
        "standing": (row.standing,),
        "industry": tuple(row.industries) or tuple(wording.INDUSTRIES),
        "place": (row.place,) if row.place else (),
    }


def _order(row: Any, sort: str) -> tuple[Any, ...]:
    rating = shelf.rating(row.rating_sum, row.rating_count)
    by_rating = (rating is None, -(rating or 0))
    orders: dict[str, tuple[Any, ...]] = {
        "standing": (STANDING_ORDER.index(row.standing), *by_rating, -row.listings),
        "rating": by_rating,
        "listings": (-row.listings,),
    }
    return (*orders[sort], row.id)


def _view(row: Any) -> ProviderRow:
    return ProviderRow(
        id=row.id,
        name=row.short_name,
        full_name=row.full_name,
        summary=row.summary,
        kind=wording.PROVIDER_KINDS[row.kind],
        standing=row.standing,
        standing_label=wording.STANDINGS[row.standing],
        since=wording.day(row.standing_since),
        industries=solution_cards.labels(row.industries, wording.INDUSTRIES, empty="不限行业"),
        place=wording.PLACES.get(row.place or "", wording.UNKNOWN),
        listings=row.listings,
        rating=shelf.rating(row.rating_sum, row.rating_count),
        rating_count=row.rating_count,
    )


def get(*, provider_id: int) -> ProviderPage:
    query = select(Provider).where(Provider.id == provider_id).options(joinedload(Provider.organisation))
    provider = db.session.scalars(query).one_or_none()
    if provider is None:
        raise NotFound("provider", provider_id)
    listed = (
        select(Solution.id)
        .where(Solution.provider_id == provider_id, Solution.status == SolutionStatus.LISTED)
        .order_by(Solution.contracts.desc(), Solution.id)
        .limit(PER_PAGE)
    )
    return ProviderPage(
        provider=provider,
        full_name=provider.organisation.name,
        banner=_banner(provider),
        rating=shelf.rating(provider.rating_sum, provider.rating_count),
        facts=_facts(provider),
        cards=solution_cards.load(list(db.session.scalars(listed))),
        alliances=alliances.of_provider(provider_id),
        cases=solution_details.cases_of_provider(provider_id, limit=shelf.SHELF["cases_shown"]),
    )


def _banner(provider: Provider) -> str:
    if provider.standing not in shelf.HIDDEN_STANDINGS:
        return ""
    since, note = wording.day(provider.standing_since), provider.standing_note
    reason = f"说明：{note}。" if note else ""
    return f"该服务商自{since}起{wording.STANDINGS[provider.standing]}，名下产品不再出现在列表和推荐中。{reason}"


def _facts(provider: Provider) -> tuple[tuple[str, str], ...]:
    return (
        ("单位全称", provider.organisation.name),
        ("统一社会信用代码", provider.organisation.credit_code or ""),
        ("类别", wording.PROVIDER_KINDS[provider.kind]),
        ("服务行业", solution_cards.labels(provider.industries, wording.INDUSTRIES, empty="不限行业")),
        ("驻地", wording.PLACES.get(provider.place or "", "")),
        ("入池日期", wording.day(provider.admitted_on) if provider.admitted_on else ""),
        ("成立年份", f"{provider.founded_year}年" if provider.founded_year else ""),
        ("人员", f"{provider.staff}人" if provider.staff else ""),
        ("当前状态", f"{wording.STANDINGS[provider.standing]}，{wording.day(provider.standing_since)}起"),
        ("状态说明", provider.standing_note or "无"),
    )
