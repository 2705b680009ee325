"""Two look at one flag in the same moment: one note, the other is told who was faster."""

import os
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.audit import AuditEntry
from marketplace.models.risk_flags import RiskFlag
from marketplace.services import risk_flags
from tests.factories import Factory
from tests.pages.access_prices import price_things
from tests.processes.racing import race

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))


def look(number: int, key: int) -> None:
    login = ("first@race.example", "second@race.example")[number]
    user = db.session.scalars(select(User).where(User.login == login)).one()
    risk_flags.check(Factory().actor(user), flag_id=key, note=f"第{number}位看过了", version=None)


def test_a_flag_is_looked_at_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    for login, role in (("first@race.example", Role.BUREAU_REVIEWER), ("second@race.example", Role.EXPERT)):
        person = make.user(role)
        db.session.get_one(User, person.id).login = login
        db.session.commit()
    keys = [price_things(make)["flag"] for _ in range(ROUNDS)]
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"]
    for outcome in race(str(url), tmp_path, look, keys=keys):
        assert sorted(outcome) == ["Conflict", "done"]
    db.session.rollback()
    notes = db.session.scalars(select(RiskFlag.note).where(RiskFlag.id.in_(keys))).all()
    assert None not in notes
    looked = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "risk_flags.checked")
    assert db.session.scalar(looked) == ROUNDS
