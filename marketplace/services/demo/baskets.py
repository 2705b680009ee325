"""A basket of the first demo enterprise, and the quotation sheet that was made of it some days ago."""

from marketplace.domain import baskets as rules
from marketplace.domain import shelf
from marketplace.models.bundles import Basket, BasketItem, QuotationSheet
from marketplace.models.demands import Demand
from marketplace.models.solutions import Solution
from marketplace.services import basket_views, quotation_content
from marketplace.services.demo import bundles, content
from marketplace.services.demo.people import Registry

OWNER = "enterprise"
SCENES = ["warehousing", "procurement", "marketing", "finance", "production_control", "quality"]
TARGET = 2
MADE_DAYS_AGO, ISSUED_DAYS_AGO = 4, 3
TOKEN_BYTES = 32


def add(registry: Registry, demands: list[Demand], solutions: dict[str, Solution]) -> None:
    """For the enterprise's own checklist: what can be up in time and as it is asked to be deployed."""
    demand, owner = demands[0], registry.actor(OWNER)
    made = content.moment(content.days_ago(MADE_DAYS_AGO))
    basket = Basket(
        demand=demand, enterprise_id=owner.enterprise_id, title=f"{demand.title} 组合1", target_level=TARGET,
        budget=demand.budget, max_providers=None, created_by=owner.user_id, created_at=made, changed_at=made,
    )  # fmt: skip
    members = bundles.choose(
        SCENES, industry=demand.enterprise.industry, solutions=[one for one in solutions.values() if _fits(one, demand)]
    )
    basket.items = [_item(one, demand.enterprise.employees) for one in members]
    registry.session.add(basket)
    registry.session.flush()
    _issue(registry, basket)


def _fits(solution: Solution, demand: Demand) -> bool:
    days, ways = solution.days_to_deploy, set(solution.deployments or ())
    in_time = demand.deadline_days is None or (days is not None and days <= demand.deadline_days)
    return in_time and (not demand.deployments or bool(ways & set(demand.deployments)))


def _item(solution: Solution, employees: int | None) -> BasketItem:
    plan = shelf.entry_plan(solution.price_plans)
    quantity = rules.suggested_quantity(plan.model, employees) if plan else 1
    return BasketItem(solution_id=solution.id, price_plan_id=plan.id if plan else None, quantity=quantity, discount=0)


def _issue(registry: Registry, basket: Basket) -> None:
    owner, day = registry.actor(OWNER), content.days_ago(ISSUED_DAYS_AGO)
    view = basket_views.get(owner, basket.id)
    frozen = quotation_content.freeze(basket_views.load(owner, basket.id), view, issued_on=day, issued_by=owner.name)
    registry.session.add(
        QuotationSheet(
            basket_id=basket.id,
            enterprise_id=basket.enterprise_id,
            number=f"SZ{day:%Y%m%d}-00001",
            token=content.dice("报价单").randbytes(TOKEN_BYTES).hex(),
            content=frozen,
            valid_until=quotation_content.valid_until(day),
            created_by=owner.user_id,
            created_at=content.moment(day),
        )
    )
