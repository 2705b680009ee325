"""84 providers in the pool."""

from marketplace.domain import credit_codes
from marketplace.models.accounts import OrganisationKind, Role
from marketplace.models.providers import Provider, ProviderKind, Standing
from marketplace.services.demo import content
from marketplace.services.demo.enterprises import REGION
from marketplace.services.demo.people import OPENED, Registry

NOT_LISTED = {  # the few that are not simply in the pool; everybody else is listed or recommended
    "P24": (Standing.CANDIDATE, 40, "首批材料已受理,待专家评审"),
    "P28": (Standing.WATCH, 55, "连续两季验收超期,限期整改至2026年12月31日"),
    "P36": (Standing.CANDIDATE, 25, "入池申请已退回,补正材料中"),
    "P56": (Standing.SUSPENDED, 30, "投诉核实期间暂停,2027年1月20日自动恢复"),
    "P65": (Standing.WATCH, 70, "满意度低于警戒线,正在整改"),
    "P77": (Standing.REMOVED, 90, "提供虚假案例材料,移出资源池"),
}
RECOMMENDED_SHARE = 0.3


def add(registry: Registry) -> dict[str, Provider]:
    texts = {row["key"]: row for row in content.read("provider_texts")["texts"]}
    return {
        row["key"]: _add_one(registry, number=number, row=row, text=texts[row["key"]])
        for number, row in enumerate(content.read("providers")["providers"], start=1)
    }


def _add_one(registry: Registry, *, number: int, row: dict[str, object], text: dict[str, object]) -> Provider:
    roll = content.dice(f"服务商 {number}")
    key, brand = str(row["key"]), str(row["brand"])
    usual = Standing.RECOMMENDED if roll.random() < RECOMMENDED_SHARE else Standing.LISTED
    standing, days, note = NOT_LISTED.get(key, (usual, roll.randrange(60, 400), None))
    code = credit_codes.make(category="91", region=REGION, first_eight=f"MB{number:06d}")
    name = f"{brand}{text['suffix']}(演示)"
    organisation = registry.organisation(OrganisationKind.PROVIDER, name=name, credit_code=code)
    provider = Provider(
        organisation=organisation,
        short_name=brand,
        kind=ProviderKind(str(row["kind"])),
        standing=standing,
        standing_since=content.days_ago(days),
        standing_note=note,
        summary=text["summary"],
        description=text["description"],
        industries=row["industries"],
        founded_year=text["founded_year"],
        staff=text["staff"],
        place=text["place"],
        rating_sum=0,
        rating_count=0,
        created_at=OPENED,
    )
    registry.session.add(provider)
    login = "provider" if number == 1 else f"provider{number:02d}"
    registry.seat(organisation, role=Role.PROVIDER, login=login, person=f"服务商经办{number:02d}(演示)")
    return provider
