"""What a newcomer states about himself and his organisation, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from marketplace.domain import credit_codes, login_names, passwords, sizes, wording
from marketplace.models.accounts import OrganisationKind, Role
from marketplace.models.providers import ProviderKind

ROLE_OF_KIND: Mapping[OrganisationKind, Role] = {
    OrganisationKind.ENTERPRISE: Role.ENTERPRISE,
    OrganisationKind.PROVIDER: Role.PROVIDER,
}
MAY_REGISTER = frozenset(ROLE_OF_KIND.values())  # staff belong to their office and register no firms
OLDEST_FIRM = 1900

Messages = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    kind: OrganisationKind
    name: str
    credit_code: str
    county: str | None


@dataclass(frozen=True, slots=True)
class EnterpriseFacts:
    industry: str
    employees: int | None = None
    revenue: int | None = None  # yuan a year
    main_products: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    short_name: str
    kind: ProviderKind
    summary: str
    description: str = ""
    industries: tuple[str, ...] = ()  # empty: general purpose
    founded_year: int | None = None
    staff: int | None = None
    place: str | None = None


def person_problems(person: Person) -> Messages:
    found: Messages = {}
    if not person.name.strip():
        found["person"] = ["请填写姓名"]
    if reason := login_problem(person.login):
        found["login"] = [reason]
    if reasons := password_problems(person.password, login=person.login):
        found["password"] = reasons
    return found


def login_problem(login: str) -> str | None:
    if login_names.is_valid(login_names.normalise(login)):
        return None
    return "账号要填11位手机号或邮箱地址，请核对"


def password_problems(password: str, *, login: str) -> list[str]:
    return passwords.problems(passwords.normalise(password), login=login_names.normalise(login))


def organisation_problems(facts: OrganisationFacts) -> Messages:
    found: Messages = {}
    if not facts.name.strip():
        found["name"] = ["请填写单位全称，和营业执照一致"]
    if reason := code_problem(facts.credit_code):
        found["credit_code"] = [reason]
    if facts.county is not None and facts.county not in wording.COUNTIES:
        found["county"] = ["请从列表中选择县（市、区）或园区"]
    if facts.kind == OrganisationKind.ENTERPRISE and facts.county is None:
        found["county"] = ["请选择企业所在的县（市、区）或园区"]
    return found


def code_problem(code: str) -> str | None:
    """Shape first, then the check digit of GB 32100, so that the message says what to look for."""
    plain = credit_codes.normalise(code)
    if not credit_codes.SHAPE.fullmatch(plain):
        return "统一社会信用代码应为18位数字和大写字母（不含I、O、S、V、Z），请对照营业执照核对"
    if not credit_codes.is_valid(plain):
        return "统一社会信用代码的校验位不对，多半是抄错了一位，请对照营业执照核对"
    return None


def enterprise_problems(facts: EnterpriseFacts) -> Messages:
    found: Messages = sizes.problems(employees=facts.employees, revenue=facts.revenue)
    if facts.industry not in wording.INDUSTRIES:
        found["industry"] = ["请选择所属试点行业"]
    return found


def provider_problems(facts: ProviderFacts, *, today: date) -> Messages:
    found: Messages = {}
    if not facts.short_name.strip():
        found["short_name"] = ["请填写简称，产品卡片上用它"]
    if not facts.summary.strip():
        found["summary"] = ["请用一句话写明做什么产品或服务"]
    if set(facts.industries) - set(wording.INDUSTRIES):
        found["industries"] = ["请从列表中选择行业，通用产品可以不选"]
    if facts.place is not None and facts.place not in wording.PLACES:
        found["place"] = ["请从列表中选择本地服务方式"]
    if facts.founded_year is not None and not OLDEST_FIRM <= facts.founded_year <= today.year:
        found["founded_year"] = [f"成立年份要填{OLDEST_FIRM}至{today.year}之间的年份"]
    if facts.staff is not None and facts.staff <= 0:
        found["staff"] = ["人员数要填大于0的整数，不清楚可以不填"]
    return found
