"""佐证材料相同、联系方式相同、价格贴着上限、短期集中提交: what the tables tell of a submission."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.domain import price_offers
from marketplace.domain import risk_flags as rules
from marketplace.domain.risk_flags import POLICY, Contacts, Finding
from marketplace.models.accounts import Membership, Organisation, User
from marketplace.models.enterprise_contacts import EnterpriseContact
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import Evidence
from marketplace.models.listings import ListingVersion, VersionChange
from marketplace.models.providers import Provider
from marketplace.models.risk_flags import RiskKind
from marketplace.models.solutions import Solution, SolutionCase
from marketplace.services import solution_filters

SHA_SHOWN = 16  # enough of a hash to tell files apart by eye


def same_evidence(session: Session, solution: Solution, version: ListingVersion) -> Iterable[Finding]:
    """Files that this submission cites and that another organisation keeps too, byte for byte."""
    cited = solution_filters.row_ids(str(row.get("evidence", "")) for row in version.content.get("proofs", ()))
    own = select(Evidence.sha256, Evidence.title, Evidence.organisation_id).where(Evidence.id.in_(cited))
    titles = {row.sha256: (row.title, row.organisation_id) for row in session.execute(own)}
    others = (
        select(Evidence.sha256, Evidence.id, Organisation.id.label("organisation"), Organisation.name)
        .join(Organisation, Organisation.id == Evidence.organisation_id)
        .where(Evidence.sha256.in_(titles), Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.id)
    )
    found = defaultdict(list)
    for row in session.execute(others):
        if row.organisation != titles[row.sha256][1]:
            found[row.sha256].append({"id": row.organisation, "name": row.name, "evidence": row.id})
    for sha256, organisations in found.items():
        evidence = {"title": titles[sha256][0], "sha256": sha256[:SHA_SHOWN], "organisations": organisations}
        yield Finding(RiskKind.SAME_EVIDENCE, f"file {sha256[:SHA_SHOWN]}", rules.TOP, evidence)


def shared_contact(session: Session, solution: Solution, version: ListingVersion) -> Iterable[Finding]:
    """A reference customer that is reached as the provider is."""
    provider = _provider_contacts(session, solution, version)
    for enterprise_id, name, contacts in _customers(session, solution, version):
        shared = rules.shared(provider, contacts)
        if shared:
            told = [{"what": one.what, "value": one.value} for one in shared]
            evidence = {"enterprise": enterprise_id, "name": name, "shared": told}
            score = min(rules.TOP, rules.TOP * len({one.what for one in shared}) // len(rules.CONTACT_WORDS))
            yield Finding(RiskKind.SHARED_CONTACT, f"enterprise {enterprise_id}", score, evidence)


def _provider_contacts(session: Session, solution: Solution, version: ListingVersion) -> Contacts:
    row = session.get_one(Provider, solution.provider_id)
    logins = _logins(session, [row.organisation_id])[row.organisation_id]
    typed = (row.contact_phone, row.contact_mail, version.content.get("contact_phone"))
    return Contacts(
        frozenset(logins | {str(one) for one in typed if one}), row.legal_representative or "", row.address or ""
    )


def _customers(session: Session, solution: Solution, version: ListingVersion) -> Iterable[tuple[int, str, Contacts]]:
    """By the credit codes of the submission's cases, and by the cases that the shelf shows."""
    codes = [row["credit_code"] for row in version.content.get("cases", ()) if row.get("credit_code")]
    shown = select(SolutionCase.enterprise_id).where(
        SolutionCase.solution_id == solution.id, SolutionCase.enterprise_id.is_not(None)
    )
    query = (
        select(
            Enterprise.id,
            Enterprise.organisation_id,
            Organisation.name,
            EnterpriseContact.phone,
            EnterpriseContact.mail,
            EnterpriseContact.legal_representative,
            EnterpriseContact.address,
        )
        .join(Organisation, Organisation.id == Enterprise.organisation_id)
        .outerjoin(EnterpriseContact, EnterpriseContact.enterprise_id == Enterprise.id)
        .where(or_(Organisation.credit_code.in_(codes), Enterprise.id.in_(shown)))
        .order_by(Enterprise.id)
    )
    rows = session.execute(query).all()
    logins = _logins(session, [row.organisation_id for row in rows])
    for row in rows:
        reached_by = logins[row.organisation_id] | {one for one in (row.phone, row.mail) if one}
        yield row.id, row.name, Contacts(frozenset(reached_by), row.legal_representative or "", row.address or "")


def _logins(session: Session, organisations: list[int]) -> defaultdict[int, set[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    query = (
        select(Membership.organisation_id, User.login)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organisation_id.in_(organisations))
    )
    for organisation_id, login in session.execute(query):
        found[organisation_id].add(login)
    return found


def price_at_cap(session: Session, solution: Solution, version: ListingVersion) -> Iterable[Finding]:
    offer = price_offers.of_content(version.content, listing=solution.id, provider=solution.provider_id)
    for place, plan in enumerate(offer.plans, start=1):
        caps = rules.caps_at(int(plan.amount))
        if caps:
            evidence = {"plan": plan.name, "amount": int(plan.amount), "caps": [cap.label for cap in caps]}
            yield Finding(RiskKind.PRICE_AT_CAP, f"plan {place}", rules.TOP, evidence)


def burst(session: Session, solution: Solution, version: ListingVersion) -> Iterable[Finding]:
    """More submissions of one provider in a few days than anybody reads with care; minor edits do not count."""
    rule = POLICY["burst"]
    query = (
        select(func.count())
        .select_from(ListingVersion)
        .join(Solution, Solution.id == ListingVersion.solution_id)
        .where(
            Solution.provider_id == solution.provider_id,
            ListingVersion.created_at > version.created_at - timedelta(days=rule["days"]),
            ListingVersion.created_at <= version.created_at,
            ListingVersion.change != VersionChange.MINOR,
        )
    )
    count = session.scalar(query) or 0
    if count > rule["submissions"]:
        evidence = {"count": count, "days": rule["days"], "limit": rule["submissions"]}
        score = min(rules.TOP, rules.TOP * (count - rule["submissions"]) // rule["submissions"])
        yield Finding(RiskKind.BURST, "burst", score, evidence)
