"""Ready-made bundles: the lead's text, and the listings that bring each of its scenes to level two or more."""

from marketplace.domain import shelf
from marketplace.models.bundles import Bundle, BundleItem
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

LEVEL = 2
WIDEST = 3  # scenes; a suite that does it all alone needs no bundle


def add(registry: Registry, providers: dict[str, Provider], solutions: dict[str, Solution]) -> None:
    for row in content.read("bundles")["bundles"]:
        members = choose(row["scenes"], industry=row["industry"], solutions=list(solutions.values()))
        bundle = Bundle(
            provider=providers[row["lead_provider"]],
            name=row["name"],
            industry=row["industry"],
            summary=row["summary"],
            description=row["description"].strip(),
            created_at=content.moment(content.days_ago(content.dice(row["key"]).randrange(20, 120))),
        )
        bundle.items = [BundleItem(solution=one, position=place) for place, one in enumerate(members, start=1)]
        registry.session.add(bundle)


def choose(scenes: list[str], *, industry: str, solutions: list[Solution]) -> list[Solution]:
    """Greedily the listing that covers most of what is left, cheaper first; every scene ends up covered."""
    fitting = [
        one
        for one in solutions
        if shelf.is_on_shelf(one)
        and industry in shelf.industries(one)
        and one.price_plans
        and len(one.coverage) <= WIDEST
    ]
    missing, members = set(scenes), list[Solution]()

    def gain(one: Solution) -> set[str]:
        return {row.scene for row in one.coverage if row.level >= LEVEL} & missing

    while missing:
        best = max(fitting, key=lambda one: (len(gain(one)), -(shelf.entry_price(one) or 0), -one.id))
        if not gain(best):
            break
        missing -= gain(best)
        members.append(best)
    return members
