"""From a listing to its search document: the projection, and nothing but the projection."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import shelf, wording
from marketplace.extensions import db
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionFacet
from search_index.documents import Document

CHUNK = 500


def of(solution: Solution) -> Document:
    facets = shelf.facet_values(solution)
    scenes = tuple(wording.SCENES[scene] for scene in facets["scene"])
    return Document(
        id=str(solution.id),
        name=solution.name,
        provider_id=str(solution.provider_id),
        provider_name=f"{solution.provider.short_name} {solution.provider.organisation.name}",
        summary=solution.summary,
        description=solution.description,
        functions="\n".join(row.function for row in solution.coverage),
        keywords=(solution.family, *solution.keywords, *scenes),
        families=(solution.family,),
        industries=facets["industry"],
        gbt4754=facets["gbt4754"],
        groups=facets["stage"],
        scenes=facets["scene"],
        levels=facets["level"],
        scene_levels=facets["scene_level"],
        city_stages=facets["city_stage"],
        deployments=facets["deployment"],
        price_bands=facets["price_band"],
        day_bands=facets["days_band"],
        sizes=facets["size"],
        provider_kinds=facets["provider_kind"],
        standings=facets["standing"],
        has_case=bool(facets["has_case"]),
        is_subsidy_eligible=bool(facets["subsidy"]),
        rating=shelf.rating(solution.rating_sum, solution.rating_count),
        price=shelf.entry_price(solution),
        days=solution.days_to_deploy,
        contracts=solution.contracts,
        listed_at=int(solution.listed_at.timestamp()) if solution.listed_at else 0,
    )


def facet_rows(solution: Solution) -> list[SolutionFacet]:
    """The same values as rows, for the shelf that answers from the database."""
    return [
        SolutionFacet(solution_id=solution.id, facet=facet, value=value)
        for facet, values in shelf.facet_values(solution).items()
        for value in dict.fromkeys(values)
    ]


LOADING = (
    joinedload(Solution.provider).joinedload(Provider.organisation),
    selectinload(Solution.coverage),
    selectinload(Solution.price_plans),
    selectinload(Solution.cases),
)


def load(ids: Sequence[int]) -> tuple[list[Document], list[str]]:
    """The documents of those that stand on the shelf, and the ids of those that do not."""
    query = select(Solution).where(Solution.id.in_(ids)).options(*LOADING)
    found = db.session.scalars(query.execution_options(populate_existing=True)).all()
    documents = [of(solution) for solution in found if shelf.is_on_shelf(solution)]
    kept = {document.id for document in documents}
    return documents, [str(one) for one in ids if str(one) not in kept]


def every() -> Iterator[Document]:
    """All documents of the shelf, by id, in chunks."""
    last = 0
    while True:
        query = select(Solution).where(Solution.id > last).order_by(Solution.id).limit(CHUNK).options(*LOADING)
        found = db.session.scalars(query).all()
        if not found:
            return
        yield from (of(solution) for solution in found if shelf.is_on_shelf(solution))
        last = found[-1].id
        db.session.expunge_all()
