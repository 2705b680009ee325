"""Size class of an industrial SME from headcount and revenue (工信部联企业〔2011〕300号)."""

from marketplace.policy import reader

RULE = reader.load("sizes")
LIMITS = RULE["limits"]


def problems(*, employees: int | None, revenue: int | None) -> dict[str, list[str]]:
    """What cannot be true of a small or medium enterprise, by field; nothing stated is no problem."""
    found: dict[str, list[str]] = {}
    if employees is not None and not 0 < employees <= LIMITS["employees"]:
        found["employees"] = [f"从业人员请填1到{LIMITS['employees']}的整数，不清楚可以空着"]
    if revenue is not None and not 0 <= revenue <= LIMITS["revenue"]:
        found["revenue"] = ["年营业收入超出范围，请核对单位是不是万元，不清楚可以空着"]
    return found


def classify(*, employees: int, revenue: int) -> str:
    """The highest class whose headcount and revenue (yuan a year) are both reached."""
    return next(str(row["id"]) for row in RULE["sizes"] if employees >= row["employees"] and revenue >= row["revenue"])
