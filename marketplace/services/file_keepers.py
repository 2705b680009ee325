"""Who keeps an imported enterprise's seats: named by the administrator, for no account travels with a file."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import login_names
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid
from marketplace.models.accounts import Membership, Role, User
from marketplace.models.enterprises import Enterprise
from marketplace.services import audit, clock


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who is to keep the enterprise's seats here; he gets in by a reset link of user management."""

    name: str
    login: str


def check(keeper: Keeper) -> None:
    found = {} if keeper.name.strip() else {"keeper_name": ["请填写单位管理员姓名"]}
    if not login_names.is_valid(login_names.normalise(keeper.login)):
        found["keeper_login"] = ["单位管理员账号要填11位手机号或邮箱地址，请核对"]
    if found:
        raise Invalid(found)


def add(session: Session, actor: Actor, enterprise_id: int, keeper: Keeper) -> None:
    """Somebody who has an account gets one more seat; a newcomer's account has no password yet."""
    login, now = login_names.normalise(keeper.login), clock.now()
    firm = session.get_one(Enterprise, enterprise_id).organisation_id
    user = session.scalars(select(User).where(User.login == login)).one_or_none()
    user = user or User(login=login, name=keeper.name.strip(), created_at=now)
    seat = Membership(user=user, organisation_id=firm, role=Role.ENTERPRISE, is_keeper=True, created_at=now)
    session.add_all([user, seat])
    session.flush()
    audit.record(session, actor, "accounts.invited", kind="organisation", key=firm, details={"login": login})
