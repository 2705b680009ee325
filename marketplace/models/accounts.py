"""Who acts: people, organisations, membership, sessions, invitations."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base

if TYPE_CHECKING:
    from marketplace.models.enterprises import Enterprise
    from marketplace.models.providers import Provider


class OrganisationKind(StrEnum):
    ENTERPRISE = "enterprise"
    PROVIDER = "provider"
    BUREAU = "bureau"  # 市经信局
    COUNTY = "county"  # 县(市、区)、园区经信部门
    SUPERVISOR = "supervisor"  # 第三方监理
    EXPERT_PANEL = "expert_panel"
    OPERATOR = "operator"  # 平台运维


class Role(StrEnum):
    ENTERPRISE = "enterprise"
    PROVIDER = "provider"
    COUNTY_OFFICER = "county_officer"
    BUREAU_REVIEWER = "bureau_reviewer"
    BUREAU_LEADER = "bureau_leader"
    SUPERVISOR = "supervisor"
    EXPERT = "expert"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Organisation(Base):
    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind]
    name: Mapped[str] = mapped_column(unique=True)
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)  # GB 32100 统一社会信用代码
    county: Mapped[str | None] = mapped_column(String(20))
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="organisation", lazy="raise_on_sql")
    enterprise: Mapped["Enterprise | None"] = relationship(back_populates="organisation", lazy="raise_on_sql")
    provider: Mapped["Provider | None"] = relationship(back_populates="organisation", lazy="raise_on_sql")


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)  # e-mail or mobile number, lower case
    name: Mapped[str] = mapped_column(String(40))
    password_hash: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user", lazy="raise_on_sql")


class Membership(Base):
    """A person's seat in an organisation; the role belongs to the seat, not to the person."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Role]
    is_keeper: Mapped[bool] = mapped_column(default=False)  # may invite and remove colleagues
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship(back_populates="memberships", lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(back_populates="memberships", lazy="raise_on_sql")


class AuthSession(Base):
    """One logged-in browser; deleting or revoking the row logs it out."""

    __tablename__ = "auth_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the cookie's token
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"), index=True)
    user_agent: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    membership: Mapped[Membership] = relationship(lazy="raise_on_sql")


class Invitation(Base):
    """A keeper's invitation, or a newcomer's request to join an organisation that is already registered."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_by_someone"),
        Index(
            "uq_invitations_open",
            "organisation_id",
            "login",
            unique=True,
            sqlite_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(40))
    is_request: Mapped[bool] = mapped_column(default=False)  # asked for by the newcomer himself
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
