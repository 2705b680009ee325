"""Who may do what: each permission is a list of alternatives, each a set of roles and a condition on the thing.

An actor who fits no alternative is refused; a permission that is not in the table is refused.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marketplace.domain.actors import (
    Actor,
    Condition,
    always,
    by_grant_alone,
    has_a_part,
    is_asked,
    is_in_county,
    is_keeper,
    is_published,
    is_published_in_county,
    is_the_platform,
    owns_as_enterprise,
    owns_as_organisation,
    owns_as_provider,
)
from marketplace.models.accounts import Role


class Permission(StrEnum):
    MANAGE_OWN_ACCOUNT = "manage_own_account"
    MANAGE_COLLEAGUES = "manage_colleagues"
    WRITE_DEMAND = "write_demand"
    READ_DEMAND = "read_demand"
    RANK_DEMAND = "rank_demand"
    KEEP_SHORTLIST = "keep_shortlist"
    READ_OWN_LISTINGS = "read_own_listings"
    SUSPEND_LISTING = "suspend_listing"
    WRITE_LISTING = "write_listing"
    EXPIRE_LISTING = "expire_listing"
    READ_APPROVALS = "read_approvals"
    REVIEW_LISTING = "review_listing"
    REVIEW_FEASIBILITY = "review_feasibility"
    REVIEW_PRICE = "review_price"
    REVIEW_SECOND = "review_second"
    SIT_ON_PANEL = "sit_on_panel"
    DECLARE_INTEREST = "declare_interest"
    ASSIGN_REVIEWERS = "assign_reviewers"
    OVERSEE_REVIEWS = "oversee_reviews"
    REVIEW_QUEUE = "review_queue"
    APPLY_TO_POOL = "apply_to_pool"
    DECIDE_APPLICATION = "decide_application"
    MANAGE_CALLS = "manage_calls"
    ANSWER_CALL = "answer_call"
    SCORE_CALL = "score_call"
    GATHER_SCORES = "gather_scores"
    CONCLUDE_CALL = "conclude_call"
    RAISE_OBJECTION = "raise_objection"
    KEEP_CONSORTIUM = "keep_consortium"
    ANSWER_CONSORTIUM = "answer_consortium"
    DECIDE_CONSORTIUM = "decide_consortium"
    DISSOLVE_CONSORTIUM = "dissolve_consortium"
    READ_CONSORTIUM = "read_consortium"
    READ_CONCENTRATION = "read_concentration"
    WATCH_PRICES = "watch_prices"
    READ_RISK_FLAGS = "read_risk_flags"
    CHECK_RISK_FLAG = "check_risk_flag"
    READ_ENTERPRISE = "read_enterprise"
    WRITE_ENTERPRISE = "write_enterprise"
    EXPORT_FILE = "export_file"
    IMPORT_FILE = "import_file"
    WRITE_ASSESSMENT = "write_assessment"
    READ_ASSESSMENT = "read_assessment"
    KEEP_EVIDENCE = "keep_evidence"
    READ_EVIDENCE = "read_evidence"
    GRANT_ACCESS = "grant_access"
    USE_ACCESS = "use_access"
    BUILD_BUNDLE = "build_bundle"
    OPEN_LEADS = "open_leads"
    ANSWER_LEAD = "answer_lead"
    READ_INSIGHTS = "read_insights"
    MANAGE_CHALLENGES = "manage_challenges"
    ANSWER_CHALLENGE = "answer_challenge"
    PROPOSE_WEIGHTS = "propose_weights"
    DECIDE_WEIGHTS = "decide_weights"
    READ_AUDIT = "read_audit"
    MANAGE_USERS = "manage_users"
    MANAGE_MAIL = "manage_mail"


@dataclass(frozen=True, slots=True)
class Alternative:
    roles: frozenset[Role]
    condition: Condition


EVERYBODY = frozenset(Role)
CITY_STAFF = frozenset({Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.SUPERVISOR, Role.EXPERT, Role.AUDITOR})


def only(*roles: Role, when: Condition = always) -> Alternative:
    return Alternative(frozenset(roles), when)


# 一企一档: the enterprise itself, who oversees the pilot by office, and whom the enterprise lets in.
FILE_READERS = (
    only(Role.ENTERPRISE, when=owns_as_organisation),
    only(Role.COUNTY_OFFICER, when=is_in_county),
    only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.SUPERVISOR, Role.AUDITOR),
    only(Role.PROVIDER, Role.EXPERT, when=by_grant_alone),
)

RULES: dict[Permission, tuple[Alternative, ...]] = {
    Permission.MANAGE_OWN_ACCOUNT: (Alternative(EVERYBODY, always),),
    Permission.MANAGE_COLLEAGUES: (Alternative(EVERYBODY, is_keeper),),
    Permission.WRITE_DEMAND: (only(Role.ENTERPRISE, when=owns_as_enterprise),),
    Permission.READ_DEMAND: (
        only(Role.ENTERPRISE, when=owns_as_enterprise),
        only(Role.COUNTY_OFFICER, when=is_published_in_county),
        Alternative(CITY_STAFF, is_published),
    ),
    Permission.RANK_DEMAND: (
        only(Role.ENTERPRISE, when=owns_as_enterprise),
        only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.AUDITOR, when=is_published),
    ),
    Permission.KEEP_SHORTLIST: (only(Role.ENTERPRISE, when=owns_as_organisation),),
    Permission.READ_OWN_LISTINGS: (only(Role.PROVIDER, when=owns_as_provider),),
    Permission.SUSPEND_LISTING: (only(Role.BUREAU_LEADER), only(Role.ADMINISTRATOR, when=is_the_platform)),
    Permission.WRITE_LISTING: (only(Role.PROVIDER, when=owns_as_provider),),
    Permission.EXPIRE_LISTING: (only(Role.ADMINISTRATOR, when=is_the_platform),),
    # 双审核: who may sit where by office; that the three are distinct and free of conflict is domain/conflicts.
    Permission.READ_APPROVALS: (
        only(Role.PROVIDER, when=owns_as_provider),
        Alternative(CITY_STAFF, always),
    ),
    Permission.REVIEW_LISTING: (only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.EXPERT, Role.SUPERVISOR),),
    Permission.REVIEW_FEASIBILITY: (only(Role.BUREAU_REVIEWER, Role.EXPERT),),
    Permission.REVIEW_PRICE: (only(Role.BUREAU_REVIEWER, Role.EXPERT),),
    Permission.REVIEW_SECOND: (only(Role.SUPERVISOR),),
    Permission.SIT_ON_PANEL: (only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.EXPERT),),
    Permission.DECLARE_INTEREST: (only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.EXPERT, Role.SUPERVISOR),),
    Permission.REVIEW_QUEUE: (Alternative(CITY_STAFF, always),),
    Permission.ASSIGN_REVIEWERS: (only(Role.BUREAU_LEADER),),
    Permission.OVERSEE_REVIEWS: (only(Role.BUREAU_LEADER, Role.AUDITOR),),
    Permission.APPLY_TO_POOL: (only(Role.PROVIDER, when=owns_as_provider),),
    Permission.DECIDE_APPLICATION: (only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER),),
    Permission.MANAGE_CALLS: (only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER),),
    Permission.ANSWER_CALL: (only(Role.PROVIDER, when=owns_as_provider),),
    Permission.SCORE_CALL: (only(Role.EXPERT),),
    Permission.GATHER_SCORES: (only(Role.ADMINISTRATOR, when=is_the_platform),),
    Permission.CONCLUDE_CALL: (only(Role.BUREAU_LEADER), only(Role.ADMINISTRATOR, when=is_the_platform)),
    Permission.RAISE_OBJECTION: (Alternative(EVERYBODY, always),),
    Permission.KEEP_CONSORTIUM: (only(Role.PROVIDER, when=owns_as_provider),),
    Permission.ANSWER_CONSORTIUM: (only(Role.PROVIDER, when=is_asked),),
    Permission.DECIDE_CONSORTIUM: (only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER),),
    Permission.DISSOLVE_CONSORTIUM: (
        only(Role.PROVIDER, when=owns_as_provider),
        only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER),
    ),
    Permission.READ_CONSORTIUM: (only(Role.PROVIDER, when=has_a_part), Alternative(CITY_STAFF, always)),
    Permission.READ_CONCENTRATION: (Alternative(CITY_STAFF, always),),
    Permission.WATCH_PRICES: (Alternative(CITY_STAFF, always),),
    Permission.READ_RISK_FLAGS: (Alternative(CITY_STAFF, always),),
    Permission.CHECK_RISK_FLAG: (only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.EXPERT, Role.SUPERVISOR),),
    Permission.READ_ENTERPRISE: FILE_READERS,
    Permission.WRITE_ENTERPRISE: (only(Role.ENTERPRISE, when=owns_as_organisation),),
    Permission.EXPORT_FILE: (
        only(Role.ENTERPRISE, when=owns_as_organisation),
        only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER),
    ),
    Permission.IMPORT_FILE: (only(Role.ADMINISTRATOR),),
    # Whoever assesses writes his own record; for somebody else's enterprise the service asks for its consent as well.
    Permission.WRITE_ASSESSMENT: (
        only(Role.ENTERPRISE, Role.PROVIDER, Role.EXPERT, Role.SUPERVISOR, when=owns_as_organisation),
    ),
    Permission.READ_ASSESSMENT: (
        only(Role.ENTERPRISE, when=owns_as_enterprise),
        only(Role.PROVIDER, Role.EXPERT, Role.SUPERVISOR, when=owns_as_organisation),
        only(Role.COUNTY_OFFICER, when=is_published_in_county),
        Alternative(CITY_STAFF, is_published),
    ),
    Permission.KEEP_EVIDENCE: (only(Role.ENTERPRISE, Role.PROVIDER, when=owns_as_organisation),),
    Permission.READ_EVIDENCE: FILE_READERS,
    Permission.GRANT_ACCESS: (only(Role.ENTERPRISE, when=owns_as_enterprise),),
    Permission.USE_ACCESS: (only(Role.PROVIDER, Role.EXPERT, Role.SUPERVISOR, when=owns_as_organisation),),
    Permission.BUILD_BUNDLE: (only(Role.ENTERPRISE, when=owns_as_enterprise),),
    Permission.OPEN_LEADS: (only(Role.ENTERPRISE, when=owns_as_enterprise),),
    Permission.ANSWER_LEAD: (only(Role.PROVIDER, when=owns_as_provider),),
    Permission.READ_INSIGHTS: (Alternative(CITY_STAFF | {Role.COUNTY_OFFICER}, always),),
    Permission.MANAGE_CHALLENGES: (only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER),),
    Permission.ANSWER_CHALLENGE: (only(Role.PROVIDER),),
    Permission.PROPOSE_WEIGHTS: (only(Role.BUREAU_REVIEWER, Role.BUREAU_LEADER),),
    Permission.DECIDE_WEIGHTS: (only(Role.BUREAU_LEADER),),
    Permission.READ_AUDIT: (only(Role.AUDITOR, Role.ADMINISTRATOR),),
    Permission.MANAGE_USERS: (only(Role.ADMINISTRATOR),),
    Permission.MANAGE_MAIL: (only(Role.ADMINISTRATOR),),
}


def permits(actor: Actor, permission: Permission, thing: Any = None) -> bool:
    """Whether the actor may do this to the thing, or, without one, to any thing at all."""
    return any(
        actor.role in alternative.roles and alternative.condition(actor, thing)
        for alternative in RULES.get(permission, ())
    )
