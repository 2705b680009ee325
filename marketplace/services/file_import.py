"""Import, second half: what would be made, and making it, everything or nothing."""

import hashlib
import io
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from marketplace.domain import credit_codes, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid
from marketplace.extensions import db
from marketplace.models.accounts import Organisation
from marketplace.models.bundles import QuotationSheet
from marketplace.models.providers import Provider
from marketplace.models.solutions import PricePlan, Solution
from marketplace.services import (
    audit,
    evidence_content,
    evidence_store,
    file_exchange,
    file_keepers,
    file_packages,
    file_rows,
    unit_of_work,
)
from marketplace.services.file_format import EVIDENCE_FOLDER, LABELS, Row, broken
from marketplace.services.file_keepers import Keeper
from marketplace.services.file_packages import Package
from marketplace.services.file_rows import References

KIND = "enterprise"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would make; with `problems` it would make nothing."""

    key: str
    name: str
    credit_code: str
    county: str
    industry: str
    made_at: str
    counts: tuple[tuple[str, int], ...]
    size: int
    problems: tuple[str, ...]


def plan(actor: Actor, *, key: str) -> Plan:
    """For the page that asks before anything is made."""
    path = file_packages.staged(actor, key=key)
    package = file_packages.read(path)
    firm = _firm(package)
    _, problems = resolve(db.session, package)
    return Plan(
        key=key,
        name=str(firm["name"]),
        credit_code=str(firm["credit_code"]),
        county=wording.COUNTIES.get(str(firm.get("county")), wording.UNKNOWN),
        industry=wording.INDUSTRIES.get(str(firm.get("industry")), wording.UNKNOWN),
        made_at=_moment(package.made_at),
        counts=tuple((label, len(package.parts[part])) for part, label in LABELS.items() if part != KIND),
        size=path.stat().st_size,
        problems=problems,
    )


def _moment(text: str) -> str:
    try:
        return wording.moment(datetime.fromisoformat(text))
    except ValueError:
        return wording.UNKNOWN


def _firm(package: Package) -> Row:
    firm = package.parts[KIND]
    others = [part for part in LABELS if part != KIND]
    if not isinstance(firm, dict) or not all(isinstance(package.parts[part], list) for part in others):
        raise broken("档案内容的结构不对")
    code = firm.get("credit_code")
    if not isinstance(firm.get("name"), str) or not isinstance(code, str) or not credit_codes.is_valid(code):
        raise broken("档案里没有企业名称，或者统一社会信用代码不对")
    return firm


def make(actor: Actor, *, key: str, keeper: Keeper, once: str | None = None) -> int:
    """The whole file in one transaction; files without rows, should it fail, are the sweep's."""
    file_keepers.check(keeper)
    path = file_packages.staged(actor, key=key)
    package = file_packages.read(path)
    firm = _firm(package)
    _keep_pieces(package)
    record = _keep_record(package)
    try:
        with unit_of_work.writing(actor, once=once) as session:
            references, problems = resolve(session, package)
            if problems:
                raise Invalid({"file": list(problems)})
            enterprise_id = file_rows.write(session, actor, package.parts, references)
            file_keepers.add(session, actor, enterprise_id, keeper)
            counts: dict[str, object] = {part: len(package.parts[part]) for part in LABELS if part != KIND}
            details = {"parts": counts | {"timeline": record}}
            audit.record(session, actor, "enterprises.imported", kind=KIND, key=enterprise_id, details=details)
            unit_of_work.remember(session, once, kind="file_import", key=enterprise_id)
    except (IntegrityError, DataError) as error:
        raise broken(f"{firm['name']}的档案里有数据不符合平台的规定") from error
    path.unlink(missing_ok=True)
    return enterprise_id


def _keep_pieces(package: Package) -> None:
    """Each file passes the same look at its content as an upload does."""
    told = {row.get("sha256"): row for row in package.parts["evidence"] if isinstance(row, dict)}
    if set(told) != set(package.pieces):
        raise broken("材料清单和zip里的文件对不上")
    with zipfile.ZipFile(package.path) as archive:
        for sha256 in package.pieces:
            with archive.open(EVIDENCE_FOLDER + sha256) as piece, evidence_store.receiving(piece) as received:
                found = (received.sha256, received.size, evidence_content.check(received.path))
                if found != (sha256, told[sha256].get("size"), told[sha256].get("media_type")):
                    raise broken("有材料的内容和登记的类型、大小不符")
                evidence_store.keep(received)


def _keep_record(package: Package) -> str:
    rows = package.parts["timeline"]
    fields = {"at", "who", "role", "what", "note", "before", "after", "action"}
    for row in rows:
        if not isinstance(row, dict) or set(row) != fields or not all(isinstance(one, str) for one in row.values()):
            raise broken(f"{LABELS['timeline']}的格式不对")
    content = file_exchange.encode(rows)
    with evidence_store.receiving(io.BytesIO(content), limit=file_packages.LIMITS["part_bytes"]) as received:
        evidence_store.keep(received)
    return hashlib.sha256(content).hexdigest()


def resolve(session: Session, package: Package) -> tuple[References, tuple[str, ...]]:
    """Find here what the file speaks of but does not bring along; each that is missing is named."""
    try:
        wanted, others = list(_wanted_solutions(package.parts)), list(_wanted_organisations(package.parts))
        numbers = [str(sheet["number"]) for basket in package.parts["baskets"] for sheet in basket["sheets"]]
        solutions, firms = _solutions(session, wanted), _organisations(session, others)
        problems = [*_taken(session, _firm(package)), *_missing(wanted, others, solutions, firms)]
    except (KeyError, TypeError, AttributeError) as error:
        raise broken("档案内容的结构不对") from error
    used = session.scalars(select(QuotationSheet.number).where(QuotationSheet.number.in_(numbers))).all()
    problems += [f"报价单号{number}在本平台已用过，请联系平台运维单位处理" for number in used]
    return References(solutions, firms, _plans(session, solutions.values())), tuple(dict.fromkeys(problems))


def _missing(
    wanted: Iterable[Row], others: Iterable[Row], solutions: Collection[Any], firms: Collection[str]
) -> Iterable[str]:
    for one in others:
        if _key(one) not in firms:
            yield f"本平台没有单位“{one['name']}”，请先注册这个单位，再导入"
    for one in wanted:
        if (one["provider"], one["name"]) not in solutions:
            yield f"本平台没有“{one['provider_name']}”的产品“{one['name']}”，请等产品上架后再导入"


def _taken(session: Session, firm: Row) -> Iterable[str]:
    query = select(Organisation.credit_code, Organisation.name).where(
        or_(Organisation.credit_code == firm["credit_code"], Organisation.name == firm["name"])
    )
    for row in session.execute(query):
        if row.credit_code == firm["credit_code"]:
            yield f"{row.name}（{row.credit_code}）在本平台已有档案，不能再导入一次"
        else:
            yield f"本平台已有同名单位“{row.name}”，信用代码不同，请先核对"


def _wanted_solutions(parts: Mapping[str, Any]) -> Iterable[Row]:
    for shortlist in parts["shortlists"]:
        yield from (entry["solution"] for entry in shortlist["entries"])
    for basket in parts["baskets"]:
        yield from (item["solution"] for item in basket["items"])
        for sheet in basket["sheets"]:
            yield from (line["solution"] for line in sheet["content"].get("lines", []) if line["solution"])


def _wanted_organisations(parts: Mapping[str, Any]) -> Iterable[Row]:
    yield from (grant["organisation"] for grant in parts["grants"])
    yield from (one["assessor"] for one in parts["assessments"] if one["assessor"])


def _key(one: Row) -> str:
    return str(one["credit_code"] or one["name"])


def _solutions(session: Session, wanted: list[Row]) -> dict[tuple[Any, Any], Solution]:
    """By the provider's credit code and the listing's name; of namesakes the oldest."""
    query = (
        select(Organisation.credit_code, Solution)
        .join(Provider, Provider.id == Solution.provider_id)
        .join(Organisation, Organisation.id == Provider.organisation_id)
        .where(
            Organisation.credit_code.in_({str(one.get("provider")) for one in wanted}),
            Solution.name.in_({str(one.get("name")) for one in wanted}),
        )
        .order_by(Solution.id.desc())
    )
    return {(code, solution.name): solution for code, solution in session.execute(query)}


def _organisations(session: Session, wanted: list[Row]) -> dict[str, int]:
    codes = {str(one["credit_code"]) for one in wanted if one.get("credit_code")}
    names = {str(one.get("name")) for one in wanted if not one.get("credit_code")}
    query = select(Organisation.id, Organisation.credit_code, Organisation.name).where(
        or_(Organisation.credit_code.in_(codes), Organisation.name.in_(names))
    )
    found: dict[str, int] = {}
    for row in session.execute(query):
        found |= {key: row.id for key in (row.credit_code, row.name) if key}
    return found


def _plans(session: Session, solutions: Iterable[Solution]) -> dict[tuple[int, str, str], int]:
    query = select(PricePlan).where(PricePlan.solution_id.in_([one.id for one in solutions]))
    return {(row.solution_id, row.name, str(row.model)): row.id for row in session.scalars(query)}
