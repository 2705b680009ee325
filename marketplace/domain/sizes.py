"""Size class of an industrial SME from headcount and revenue (工信部联企业〔2011〕300号)."""

from marketplace.policy import reader

RULE = reader.load("sizes")


def classify(*, employees: int, revenue: int) -> str:
    """The highest class whose headcount and revenue (yuan a year) are both reached."""
    return next(str(row["id"]) for row in RULE["sizes"] if employees >= row["employees"] and revenue >= row["revenue"])
