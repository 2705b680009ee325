"""Contract prices of about half of the listings that have contracts: somewhat below the list, as contracts are."""

from collections.abc import Mapping
from datetime import timedelta

from marketplace.models.prices import ContractPrice
from marketplace.models.solutions import Solution
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

SHARE = 0.5
MOST = 3  # contracts of one listing whose price was recorded
DISCOUNTS = (0.80, 0.85, 0.88, 0.90, 0.92, 0.95, 1.0)
ROUNDED_TO = 100  # yuan


def add(registry: Registry, shelf: Mapping[str, Solution]) -> int:
    """Returns how many."""
    made = 0
    for key, solution in shelf.items():
        roll = content.dice(f"成交价 {key}")
        if not solution.contracts or not solution.price_plans or roll.random() > SHARE or solution.listed_at is None:
            continue
        for _ in range(roll.randint(1, min(MOST, solution.contracts))):
            plan = roll.choice(solution.price_plans)
            days = (content.DEMO_DAY - solution.listed_at.date()).days
            signed_on = content.DEMO_DAY - timedelta(days=roll.randrange(max(1, days)))
            amount = int(plan.amount * roll.choice(DISCOUNTS) // ROUNDED_TO) * ROUNDED_TO
            registry.session.add(
                ContractPrice(
                    solution=solution, model=plan.model, amount=amount or plan.amount, quantity=1,
                    scene=solution.coverage[0].scene, level=solution.coverage[0].level, signed_on=signed_on,
                    recorded_at=content.moment(signed_on),
                )
            )  # fmt: skip
            made += 1
    return made
