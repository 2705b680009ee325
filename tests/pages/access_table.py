"""Who gets through which route: one row a route and kind of object, read by test_access.py.

`own`: who gets through to his own organisation's object, or to a route without an object. `others`: who gets through
to the object of another organisation in another county; None where the route has no object.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from marketplace.models.accounts import Role
from tests.pages import (
    access_approvals,
    access_consortia,
    access_listing_imports,
    access_listings,
    access_notifications,
    access_pool,
    access_prices,
)

Who = frozenset[Role | None]  # None: nobody is logged in
E, P, COUNTY, REVIEWER, LEADER = (
    Role.ENTERPRISE, Role.PROVIDER, Role.COUNTY_OFFICER, Role.BUREAU_REVIEWER, Role.BUREAU_LEADER
)  # fmt: skip
SUPERVISOR, EXPERT, ADMINISTRATOR, AUDITOR = Role.SUPERVISOR, Role.EXPERT, Role.ADMINISTRATOR, Role.AUDITOR
CITY = {REVIEWER, LEADER, SUPERVISOR, EXPERT, AUDITOR}
EVERYBODY: Who = frozenset({None, *Role})
PEOPLE: Who = frozenset(Role)
NOBODY: Who = frozenset()


@dataclass(frozen=True)
class Row:
    """`values` and `data`: name of the parameter or form field -> name of the thing, or =text as it stands."""

    method: str
    endpoint: str
    access: str
    own: Who
    others: Who | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return "-".join((self.method, self.endpoint, *self.values.values(), *self.data.values()))


def only(*roles: Role | None) -> Who:
    return frozenset(roles)


def public(endpoint: str, **values: str) -> Row:
    return Row("GET", endpoint, "public", EVERYBODY, EVERYBODY if values else None, values)


def own_account(method: str, endpoint: str, **values: str) -> Row:
    """A thing of the person himself, whoever he is; of others' there is nothing to be had."""
    return Row(method, endpoint, "manage_own_account", PEOPLE, NOBODY if values else None, values)


def colleagues(endpoint: str, **values: str) -> Row:
    return Row("POST", endpoint, "manage_colleagues", PEOPLE, NOBODY if values else None, values)


def writing(method: str, endpoint: str, thing: str, **data: str) -> Row:
    """The enterprise's own checklist and nobody else's."""
    return Row(method, endpoint, "write_demand", only(E), NOBODY, {"demand_id": thing}, data)


def keeping(method: str, endpoint: str, thing: str = "shortlist", *, entry: str = "", **data: str) -> Row:
    values = {"shortlist_id": thing} | ({"entry_id": entry} if entry else {})
    return Row(method, endpoint, "keep_shortlist", only(E), NOBODY, values, data)


def answering(method: str, endpoint: str, **data: str) -> Row:
    """What was offered to the provider itself."""
    return Row(method, endpoint, "answer_lead", only(P), NOBODY, {"lead_id": "lead"}, data)


def opening(method: str, endpoint: str, thing: str, **data: str) -> Row:
    return Row(method, endpoint, "open_leads", only(E), NOBODY, {"demand_id": thing}, data)


def managing(endpoint: str, **more: str) -> Row:
    only_administrator = only(ADMINISTRATOR)
    values = {"user_id": "user", **more}
    return Row("POST", endpoint, "manage_users", only_administrator, only_administrator, values)


def deciding(method: str, action: str, thing: str) -> Row:
    values = {"solution_id": thing, "action": f"={action}"}
    endpoint = "solutions.ask" if method == "GET" else "solutions.decide"
    return Row(method, endpoint, "suspend_listing", only(LEADER), only(LEADER), values)


NEWCOMERS = only(None, E, P)  # staff of an office register no firms
PAGES = (
    public("storefront.home"),
    public("pages.how"),
    public("pages.accessibility"),
    public("solutions.index"),
    public("solutions.suggest"),
    public("solutions.compare"),
    public("solutions.show", solution_id="listed"),
    public("solutions.show", solution_id="suspended"),
    Row("GET", "solutions.show", "public", only(P), NOBODY, {"solution_id": "draft_solution"}),
    public("providers.index"),
    public("providers.show", provider_id="provider"),
    public("bundles.index"),
    public("bundles.show", bundle_id="bundle"),
    public("progress.show"),
    public("enterprises.index"),
    public("status.healthz"),
    public("status.show"),
    public("static", filename="=theme.css"),
    Row("POST", "preferences.care", "public", EVERYBODY),
)
ACCOUNTS = (
    public("accounts.login"),
    Row("POST", "accounts.log_in", "public", EVERYBODY),
    Row("POST", "accounts.demo_log_in", "public", EVERYBODY, data={"role": "=enterprise"}),
    public("accounts.register"),
    Row("GET", "registration.enterprise", "public", NEWCOMERS),
    Row("POST", "registration.register_enterprise", "public", NEWCOMERS),
    Row("GET", "registration.provider", "public", NEWCOMERS),
    Row("POST", "registration.register_provider", "public", NEWCOMERS),
    public("registration.admission"),
    Row("POST", "registration.ask_admission", "public", EVERYBODY),
    public("joining.show", token="invitation_token"),
    Row("POST", "joining.accept", "public", EVERYBODY, values={"token": "invitation_token"}),
    Row("GET", "joining.show", "public", NOBODY, values={"token": "=unknown"}),
    public("password_resets.show", token="reset_token"),
    Row("POST", "password_resets.use", "public", EVERYBODY, values={"token": "reset_token"}),
    Row("GET", "password_resets.show", "public", NOBODY, values={"token": "=unknown"}),
    own_account("POST", "accounts.logout"),
    own_account("POST", "accounts.logout_everywhere"),
    own_account("GET", "accounts.show"),
    own_account("GET", "accounts.security"),
    own_account("POST", "accounts.change_password"),
    own_account("POST", "accounts.revoke_session", session_id="session"),
    Row("POST", "accounts.change_seat", "manage_own_account", PEOPLE, NOBODY, data={"membership_id": "seat"}),
    own_account("GET", "colleagues.index"),
    own_account("POST", "colleagues.remove", membership_id="colleague"),
    colleagues("colleagues.invite"),
    colleagues("colleagues.renew", invitation_id="invitation"),
    colleagues("colleagues.withdraw", invitation_id="invitation"),
    colleagues("colleagues.set_keeper", membership_id="colleague"),
    Row("GET", "accounts.listings", "read_own_listings", only(P)),
    Row("GET", "audit.index", "read_audit", only(AUDITOR, ADMINISTRATOR)),
    Row("GET", "audit.export", "read_audit", only(AUDITOR, ADMINISTRATOR)),
    Row("GET", "audit.vocabulary", "read_audit", only(AUDITOR, ADMINISTRATOR)),
    Row("GET", "audit.show", "read_audit", only(AUDITOR, ADMINISTRATOR), None, {"number": "=1"}),
    Row("GET", "users.index", "manage_users", only(ADMINISTRATOR)),
    managing("users.unlock"),
    managing("users.revoke_sessions"),
    managing("users.set_active", act="=deactivate"),
    managing("users.set_active", act="=reactivate"),
    managing("password_resets.issue"),
)
READERS = frozenset({E, COUNTY, *CITY})
RANKERS = only(E, REVIEWER, LEADER, AUDITOR)
MATCHES = (
    public("matches.rules"),
    Row("GET", "matches.runs", "rank_demand", RANKERS, RANKERS - {E}, {"demand_id": "published"}),
    Row("GET", "matches.show", "rank_demand", RANKERS, RANKERS - {E}, {"run_id": "run"}),
    writing("POST", "matches.create", "published"),
    Row("POST", "matches.rerun", "write_demand", only(E), NOBODY, {"run_id": "run"}),
)
A_SET = {"weight_set_id": "proposed_weights"}
WEIGHTS = (
    Row("GET", "weight_sets.index", "propose_weights", only(REVIEWER, LEADER)),
    Row("POST", "weight_sets.propose", "propose_weights", only(REVIEWER, LEADER)),
    Row("GET", "weight_sets.show", "propose_weights", only(REVIEWER, LEADER), None, A_SET),
    Row(
        "POST", "weight_sets.adopt", "decide_weights", only(LEADER), None, A_SET,
        {"version": "=1", "seen": "=0", "reason": "=试一试"},
    ),
    Row(
        "POST", "weight_sets.retire", "decide_weights", only(LEADER), None, A_SET,
        {"version": "=1", "reason": "=试一试"},
    ),
)  # fmt: skip
LEADS = (
    Row("GET", "leads.index", "answer_lead", only(P)),
    answering("GET", "leads.show"),
    answering("POST", "leads.interest", version="=1"),
    answering("GET", "leads.decline"),
    answering("POST", "leads.decline", version="=1", reason="=too_far"),
    opening("GET", "leads.of_demand", "offered_demand"),
    opening("POST", "leads.open", "published", version="=1"),
    opening("POST", "leads.next_wave", "offered_demand"),
    opening("POST", "leads.stop", "offered_demand"),
    Row("POST", "leads.introduce", "open_leads", only(E), NOBODY, {"lead_id": "interested_lead"}, {"version": "=1"}),
    Row("POST", "leads.refuse", "open_leads", only(E), NOBODY, {"lead_id": "interested_lead"}, {"version": "=1"}),
)
DEMANDS = (
    Row("GET", "demands.index", "read_demand", READERS),
    Row("GET", "demands.show", "read_demand", READERS, frozenset(CITY), {"demand_id": "published"}),
    Row("GET", "demands.show", "read_demand", only(E), NOBODY, {"demand_id": "draft"}),
    Row("GET", "demands.ranking", "rank_demand", RANKERS, RANKERS - {E}, {"demand_id": "published"}),
    Row("GET", "demands.ranking", "rank_demand", only(E), NOBODY, {"demand_id": "draft"}),
    Row("GET", "demands.new", "write_demand", only(E)),
    Row("POST", "demands.create", "write_demand", only(E)),
    *(writing("GET", f"demands.{page}", "draft") for page in ("basics", "lines", "conditions")),
    *(writing("POST", f"demands.{page}", "draft") for page in ("basics", "lines", "conditions")),
    writing("GET", "demands.check", "draft"),
    writing("POST", "demands.publish", "draft", version="=1"),
    writing("POST", "demands.delete", "draft", version="=1"),
    writing("POST", "demands.copy", "published"),
    writing("POST", "demands.withdraw", "published", version="=1"),
    Row(
        "POST", "demands.shortlist", "keep_shortlist", only(E), NOBODY,
        values={"demand_id": "published"}, data={"solution_id": "listed"},
    ),
    Row("GET", "shortlists.index", "public", only(None, E)),
    Row("POST", "shortlists.favourite", "public", only(None, E), data={"solution_id": "listed"}),
    keeping("GET", "shortlists.show"),
    keeping("GET", "shortlists.paper"),
    keeping("GET", "shortlists.export"),
    keeping("POST", "shortlists.remove", entry="entry"),
    keeping("POST", "shortlists.note", entry="entry", note="=贵", seen="="),
    keeping("POST", "shortlists.restore", solution_id="listed", note="="),
    keeping("POST", "shortlists.close", version="=1"),
    keeping("POST", "shortlists.reopen", "closed_shortlist", version="=1"),
    deciding("GET", "suspend", "listed"),
    deciding("POST", "suspend", "listed"),
    deciding("GET", "restore", "suspended"),
    deciding("POST", "restore", "suspended"),
)  # fmt: skip


def building(method: str, endpoint: str, thing: str, value: str, **data: str) -> Row:
    """The enterprise's own bundles and sheets and nobody else's."""
    return Row(method, endpoint, "build_bundle", only(E), NOBODY, {thing: value}, data)


BASKETS = (
    Row("GET", "baskets.index", "build_bundle", only(E)),
    building("GET", "baskets.compose", "demand_id", "published"),
    building("POST", "baskets.create", "demand_id", "published"),
    Row("POST", "baskets.put", "build_bundle", only(E), NOBODY, data={"where": "basket_place", "put": "listed"}),
    building("GET", "baskets.show", "basket_id", "basket"),
    building("POST", "baskets.change", "basket_id", "basket", version="=2"),
    building("POST", "baskets.preview", "basket_id", "basket", version="=2"),
    building("POST", "baskets.restore", "basket_id", "basket", solution_id="listed", quantity="=1", discount="=0"),
    building("POST", "baskets.delete", "basket_id", "basket", version="=2"),
    building("POST", "quotation_sheets.issue", "basket_id", "basket", version="=2"),
    building("GET", "quotation_sheets.show", "sheet_id", "sheet"),
    building("GET", "quotation_sheets.print", "sheet_id", "sheet"),
    building("GET", "quotation_sheets.export", "sheet_id", "sheet"),
    building("POST", "quotation_sheets.withdraw", "sheet_id", "sheet", version="=2"),
    public("quotation_sheets.shared", token="sheet_token"),
    Row("GET", "quotation_sheets.shared", "public", NOBODY, values={"token": "=unknown"}),
)
LISTERS = frozenset({COUNTY, *CITY})
STEERERS = only(REVIEWER, LEADER)


def planning(method: str, endpoint: str, **data: str) -> Row:
    """Drawing up from one's own assessment, and nobody else's."""
    return Row(method, endpoint, "write_demand", only(E), NOBODY, {"assessment_id": "gap_assessment"}, data)


def following(method: str, endpoint: str, **data: str) -> Row:
    values = {"assessment_id": "gap_assessment", "demand_id": "drawn_demand"}
    return Row(method, endpoint, "write_demand", only(E), NOBODY, values, data)


def steering(method: str, endpoint: str, thing: str, **data: str) -> Row:
    return Row(method, endpoint, "manage_challenges", STEERERS, STEERERS, {"challenge_id": thing}, data)


PLANS = (
    Row("GET", "gaps.show", "read_assessment", READERS, frozenset(CITY), {"assessment_id": "gap_assessment"}),
    planning("POST", "gaps.draw_up", target="=2", scene="=quality"),
    planning("POST", "gaps.tick", item="=Q9", option="=B", is_done="=1"),
    following("GET", "gaps.changes"),
    following("POST", "gaps.refresh", version="=1"),
    Row("GET", "insights.index", "read_insights", LISTERS),
    Row("GET", "insights.export", "read_insights", LISTERS),
    Row("GET", "insights.unmet", "read_insights", LISTERS),
    Row("GET", "insights.unmet_export", "read_insights", LISTERS),
    public("challenges.index"),
    public("challenges.show", challenge_id="open_challenge"),
    Row("GET", "challenges.show", "public", STEERERS, STEERERS, {"challenge_id": "drafted_challenge"}),
    Row("GET", "challenges.new", "manage_challenges", STEERERS),
    Row("POST", "challenges.new", "manage_challenges", STEERERS),
    steering("GET", "challenges.edit", "drafted_challenge"),
    steering("POST", "challenges.edit", "drafted_challenge", version="=1"),
    steering("POST", "challenges.publish", "drafted_challenge", version="=1"),
    steering("POST", "challenges.close", "open_challenge", version="=1", reason="=无人应榜"),
    Row("GET", "challenges.answer", "answer_challenge", only(P), only(P), {"challenge_id": "open_challenge"}),
    Row("POST", "challenges.answer", "answer_challenge", only(P), only(P), {"challenge_id": "open_challenge"}),
)
ASSESSORS = only(E, P, EXPERT, SUPERVISOR)


def assessing(method: str, endpoint: str, thing: str = "assessment_draft", *, more: str = "", **data: str) -> Row:
    """One's own record and nobody else's; `more` is a further part of the address, as name=text."""
    name, _, text = more.partition("=")
    values = {"assessment_id": thing} | ({name: f"={text}"} if name else {})
    return Row(method, f"assessments.{endpoint}", "write_assessment", ASSESSORS, NOBODY, values, data)


ASSESSMENTS = (
    Row("GET", "assessments.index", "read_assessment", READERS | {P}),
    *(
        Row(
            "GET", f"assessments.{page}", "read_assessment", READERS | {P}, frozenset(CITY),
            {"assessment_id": "assessment"},
        )
        for page in ("show", "print", "pdf")
    ),
    Row("GET", "assessments.show", "read_assessment", ASSESSORS, NOBODY, {"assessment_id": "assessment_draft"}),
    Row("GET", "assessments.new", "write_assessment", ASSESSORS),
    Row("POST", "assessments.create", "write_assessment", ASSESSORS),
    assessing("GET", "part", more="part=security"),
    assessing("POST", "part", more="part=security"),
    assessing("POST", "answer", more="topic=Q1"),
    assessing("GET", "check"),
    assessing("POST", "complete", version="=1"),
    assessing("POST", "delete", version="=1"),
    assessing("POST", "void", "assessment", version="=1", reason="=填错了"),
    Row("GET", "assessments.record", "write_assessment", only(E)),
    Row("POST", "assessments.record", "write_assessment", only(E)),
)  # fmt: skip
OVERSEERS = frozenset(CITY - {EXPERT})
FILE_READERS = OVERSEERS | {E, COUNTY, P}  # the provider by consent, with the file opened on record
EXPORTERS = only(E, REVIEWER, LEADER)


def locker(endpoint: str, **data: str) -> Row:
    return Row("POST", endpoint, "keep_evidence", only(E), NOBODY, {"evidence_id": "evidence"}, data)


def filed(method: str, endpoint: str) -> Row:
    """A piece of evidence of a file: for who may read the file."""
    return Row(method, endpoint, "read_evidence", FILE_READERS, OVERSEERS, {"evidence_id": "evidence"})


def file_page(method: str, endpoint: str, access: str, own: Who, others: Who) -> Row:
    return Row(method, endpoint, access, own, others, {"enterprise_id": "enterprise"})


FILES = (
    # The expert is let in as well, but stands before the door: the page that asks him to open it on record.
    file_page("GET", "enterprises.show", "read_enterprise", FILE_READERS | {EXPERT}, OVERSEERS),
    file_page("GET", "enterprises.timeline", "read_enterprise", FILE_READERS, OVERSEERS),
    file_page("GET", "enterprises.edit", "write_enterprise", only(E), NOBODY),
    file_page("POST", "enterprises.edit", "write_enterprise", only(E), NOBODY),
    file_page("POST", "enterprises.export", "export_file", EXPORTERS, EXPORTERS - {E}),
    Row("GET", "enterprises.import_file", "import_file", only(ADMINISTRATOR)),
    Row("POST", "enterprises.import_file", "import_file", only(ADMINISTRATOR)),
    Row("GET", "enterprises.check_import", "import_file", only(ADMINISTRATOR), values={"key": "import_key"}),
    Row("GET", "enterprises.check_import", "import_file", NOBODY, values={"key": "=unknown"}),
    Row("POST", "enterprises.make_import", "import_file", only(ADMINISTRATOR), values={"key": "import_key"}),
    Row("GET", "evidence.index", "keep_evidence", only(E, P)),
    Row("GET", "evidence.upload", "keep_evidence", only(E, P)),
    Row("POST", "evidence.upload", "keep_evidence", only(E, P)),
    filed("GET", "evidence.show"),
    filed("GET", "evidence.download"),
    filed("POST", "evidence.open_file"),
    locker("evidence.change"),
    locker("evidence.cite", **{"cite-place": "place"}),
    locker("evidence.uncite", citation_id="citation"),
    locker("evidence.withdraw"),
    Row("GET", "access_grants.index", "grant_access", only(E)),
    Row("GET", "access_grants.new", "grant_access", only(E)),
    Row("POST", "access_grants.new", "grant_access", only(E)),
    Row("POST", "access_grants.withdraw", "grant_access", only(E), NOBODY, {"grant_id": "grant"}, {"version": "=1"}),
    Row("GET", "access_grants.received", "use_access", only(P, EXPERT, SUPERVISOR)),
    Row("POST", "access_grants.use", "use_access", only(P), NOBODY, {"grant_id": "grant"}),
)
NOTIFICATIONS = tuple(Row(*row) for row in access_notifications.ROWS)
LISTING_IMPORTS = tuple(Row(*row) for row in access_listing_imports.ROWS)
LISTINGS = tuple(Row(*row) for row in access_listings.ROWS)
PRICES = tuple(Row(*row) for row in access_prices.ROWS)
POOL = tuple(Row(*row) for row in access_pool.ROWS)
CONSORTIA = tuple(Row(*row) for row in access_consortia.ROWS)
APPROVALS = tuple(Row(*row) for row in access_approvals.ROWS)
TABLE = (
    APPROVALS
    + CONSORTIA
    + NOTIFICATIONS
    + PRICES
    + POOL
    + LISTINGS
    + LISTING_IMPORTS
    + FILES
    + ASSESSMENTS
    + PLANS
    + BASKETS
    + PAGES
    + ACCOUNTS
    + MATCHES
    + WEIGHTS
    + LEADS
    + DEMANDS
)
