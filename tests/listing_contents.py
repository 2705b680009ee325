"""The answers of a listing that passes all checks, and a version made of them."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.domain import questions
from marketplace.models.listings import ListingVersion, VersionChange
from marketplace.models.solutions import Solution
from marketplace.services import clock


def content(name: str = "测试产品", **answers: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": name, "product_type": "saas", "family": "质量管理", "summary": "把检验记录管起来",
        "description": "来料、过程、出货三道检验都有记录可查。", "keywords": ["质检"], "industries": ["modern_food"],
        "sizes": ["small"], "deployments": ["saas"], "days_to_deploy": 30,
        "coverage": [{"scene": "quality", "level": "2", "function": "检验记录"}],
        "price_plans": [
            {
                "name": "标准版", "model": "annual", "amount": 30_000, "includes": "全部功能",
                "subsidy_category": "software",
            }
        ],
    }  # fmt: skip
    return questions.canonical(facts | answers)


def add_version(
    session: Session, solution: Solution, *, change: VersionChange, user_id: int | None, **answers: Any
) -> ListingVersion:
    newest = session.scalar(select(func.max(ListingVersion.number)).where(ListingVersion.solution_id == solution.id))
    body = content(**({"name": solution.name} | answers))
    row = ListingVersion(
        solution_id=solution.id, number=(newest or 0) + 1, content=body, digest=questions.digest(body), change=change,
        created_at=clock.now(), created_by=user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
