"""Rows in the shapes of the file formats, small enough to change one thing at a time."""

from typing import Any

Row = dict[str, Any]


def solution(**changes: object) -> Row:
    """A full row of solutions.json; a change to None takes the key away."""
    row: Row = {
        "id": "S1",
        "name": "扫码仓库",
        "provider_id": "P1",
        "summary": "出入库扫码，盘点对得上",
        "description": "物料一物一码，库位一查就有，盘点不用停产。",
        "coverage": [{"scene": "warehousing", "level": 2}],
        "industries": ["modern_food"],
        "gbt4754": ["143"],
        "sizes": ["micro", "small"],
        "deployment": ["saas"],
        "days_to_deploy": 20,
        "price": {"model": "annual", "amount": 12_000, "eligible_share": 0.8},
        "maintenance_rate": 0.1,
        "cases": [{"industry": "modern_food", "scene": "warehousing", "level_before": 0, "level_after": 2}],
        "needs": [],
        "conflicts": [],
        "provider": {"standing": "listed", "rating_sum": 45, "rating_count": 10},
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def line(**changes: object) -> Row:
    """A line of a demand."""
    row: Row = {
        "id": "L1",
        "scene": "warehousing",
        "current_level": 0,
        "target_level": 2,
        "text": "月底盘点总对不上，找料要半天",
        "weight": 100,
        "essential": True,
    }
    return row | changes


def demand(**changes: object) -> Row:
    """A full demand.json; a change to None takes the key away."""
    row: Row = {
        "id": "D1",
        "enterprise": {"industry": "modern_food", "gbt4754": "143", "size": "small", "employees": 60},
        "lines": [line()],
        "budget": 20_000,
        "deadline_days": 30,
        "deployment": ["saas"],
        "assessment_score": 37.5,
        "scene_levels": {"warehousing": 0, "quality": 1},
    }
    return {key: value for key, value in (row | changes).items() if value is not None}
