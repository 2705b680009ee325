"""The evidence locker: one file once, cited many times, stored whole or not at all."""

import hashlib
import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.domain.evidence import POLICY, Place
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.assessments import AssessmentStatus
from marketplace.models.audit import AuditEntry
from marketplace.models.evidence import Evidence
from marketplace.services import clock, evidence, evidence_store, evidence_views, file_exchange
from marketplace.services.evidence import Facts, Uploaded
from tests import evidence_files
from tests.factories import Factory


@pytest.fixture
def user(make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def owner(make: Factory, user: User) -> Actor:
    return make.actor(user)


def upload(actor: Actor, content: bytes, **given: object) -> Uploaded:
    facts = given.pop("facts", Facts("设备台账", "ledger"))
    return evidence.upload(actor, io.BytesIO(content), file_name="台账.pdf", facts=facts, **given)  # type: ignore[arg-type]


def kept(app: Flask) -> list[Path]:
    return [path for path in Path(app.config["EVIDENCE_FOLDER"]).rglob("*") if path.is_file()]


def acts(key: int) -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.subject_kind == "evidence", AuditEntry.subject_id == key)
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_a_file_lies_under_its_hash_readable_by_the_owner_of_the_process_alone(app: Flask, owner: Actor) -> None:
    content = evidence_files.pdf()
    row = db.session.get_one(Evidence, upload(owner, content).evidence_id)
    digest = hashlib.sha256(content).hexdigest()
    (path,) = kept(app)
    assert (row.sha256, path.name, path.read_bytes(), row.size) == (digest, digest, content, len(content))
    assert path.stat().st_mode & 0o077 == 0
    assert Path(app.static_folder or "") not in path.parents


def test_the_same_file_twice_is_one_file_and_leads_to_the_first(app: Flask, owner: Actor) -> None:
    first = upload(owner, evidence_files.pdf())
    again = upload(owner, evidence_files.pdf(), facts=Facts("别的名字", "other"))
    assert (first.is_new, again.is_new, again.evidence_id) == (True, False, first.evidence_id)
    assert db.session.get_one(Evidence, first.evidence_id).title == "设备台账"
    assert len(kept(app)) == 1
    assert acts(first.evidence_id) == ["evidence.uploaded"]


def test_two_enterprises_with_the_same_file_have_a_row_each_and_share_the_bytes(
    app: Flask, owner: Actor, make: Factory
) -> None:
    other = make.actor(Role.ENTERPRISE)
    assert upload(owner, evidence_files.pdf()).evidence_id != upload(other, evidence_files.pdf()).evidence_id
    assert len(kept(app)) == 1


@pytest.mark.parametrize("content", [b"", b"MZ nothing", evidence_files.pdf()[:-10]])
def test_a_refused_file_leaves_nothing_behind(app: Flask, owner: Actor, content: bytes) -> None:
    with pytest.raises(Invalid):
        upload(owner, content)
    assert kept(app) == []
    assert db.session.scalar(select(func.count()).select_from(Evidence)) == 0


def test_a_file_over_the_limit_is_refused_by_what_arrives_not_by_what_is_announced(app: Flask, owner: Actor) -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            self.taken += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(Invalid) as caught:
        evidence.upload(owner, stream, file_name="a.pdf", facts=Facts("大", "other"))  # type: ignore[arg-type]
    assert "20兆字节" in caught.value.messages["file"][0]
    assert stream.taken <= POLICY["upload"]["max_bytes"] + 2 * 1024 * 1024
    assert kept(app) == []


def test_all_that_is_wrong_is_told_at_once(owner: Actor) -> None:
    gone = clock.today() - timedelta(days=1)
    with pytest.raises(Invalid) as caught:
        upload(owner, b"MZ", facts=Facts(" ", "nonsense", gone))
    assert set(caught.value.messages) == {"file", "title", "kind", "expires_on"}


def test_only_enterprises_and_providers_keep_a_locker_and_only_their_own(owner: Actor, make: Factory) -> None:
    key = upload(owner, evidence_files.pdf()).evidence_id
    for role in set(Role) - {Role.ENTERPRISE, Role.PROVIDER}:
        with pytest.raises(Forbidden):
            upload(make.actor(role), evidence_files.pdf("2"))
    stranger = make.actor(Role.ENTERPRISE)
    for act in (evidence.withdraw, evidence_views.get, evidence_views.fetch):
        with pytest.raises(Forbidden):
            act(stranger, evidence_id=key)  # type: ignore[operator]


def test_one_piece_is_cited_many_times_and_once_for_one_place(owner: Actor, user: User, make: Factory) -> None:
    assessment = make.assessment(user=user, status=AssessmentStatus.DRAFT)
    key = upload(owner, evidence_files.pdf()).evidence_id
    wanted = [
        Place("enterprise", owner.enterprise_id or 0, "financial_statements"),
        *(Place("assessment", assessment.id, topic) for topic in ("Q2", "Q3", "quality")),
    ]
    for place in wanted * 2:
        evidence.cite(owner, evidence_id=key, place=place)
    sheet = evidence_views.get(owner, evidence_id=key)
    assert [one.place for one in sheet.citations] == wanted
    assert acts(key) == ["evidence.uploaded"] + ["evidence.cited"] * 4
    evidence.uncite(owner, evidence_id=key, citation_id=sheet.citations[0].id)
    evidence.uncite(owner, evidence_id=key, citation_id=sheet.citations[0].id)  # the other tab
    assert len(evidence_views.get(owner, evidence_id=key).citations) == 3
    assert acts(key)[-1] == "evidence.uncited"


def test_nothing_is_cited_for_others_or_for_what_is_void(owner: Actor, user: User, make: Factory) -> None:
    key = upload(owner, evidence_files.pdf()).evidence_id
    voided = make.assessment(user=user, status=AssessmentStatus.VOIDED)
    foreign = make.assessment()
    for place in (
        Place("assessment", voided.id, "Q1"),
        Place("assessment", foreign.id, "Q1"),
        Place("assessment", 4711, "Q1"),
        Place("enterprise", foreign.enterprise_id, "contract"),
        None,
    ):
        with pytest.raises(Invalid):
            evidence.cite(owner, evidence_id=key, place=place)
    assert evidence_views.get(owner, evidence_id=key).citations == ()


def test_a_withdrawn_piece_comes_back_by_uploading_it_again_with_its_citations(owner: Actor) -> None:
    place = Place("enterprise", owner.enterprise_id or 0, "contract")
    key = upload(owner, evidence_files.pdf(), places=[place]).evidence_id
    assert evidence.withdraw(owner, evidence_id=key) == "设备台账"
    for act in (
        evidence.withdraw,
        lambda actor, evidence_id: evidence.cite(actor, evidence_id=evidence_id, place=place),
    ):
        with pytest.raises(Conflict):
            act(owner, evidence_id=key)
    again = upload(owner, evidence_files.pdf(), facts=Facts("新台账", "other"))
    assert (again.evidence_id, again.is_new) == (key, True)
    row = evidence_views.get(owner, evidence_id=key)
    assert (row.row.title, row.row.withdrawn_at, [one.place for one in row.citations]) == ("新台账", None, [place])


def test_a_change_that_was_made_from_an_older_page_is_refused(owner: Actor) -> None:
    key = upload(owner, evidence_files.pdf()).evidence_id
    seen = evidence.fingerprint(Facts("设备台账", "ledger"))
    until = clock.today() + timedelta(days=400)
    evidence.change(owner, evidence_id=key, seen=seen, facts=Facts("设备总台账", "equipment_list", until))
    with pytest.raises(Conflict):
        evidence.change(owner, evidence_id=key, seen=seen, facts=Facts("我的改动", "ledger"))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.changed")).one()
    assert entry.details == {
        "before": {"title": "设备台账", "kind": "ledger", "expires_on": None},
        "after": {"title": "设备总台账", "kind": "equipment_list", "expires_on": until.isoformat()},
    }


def test_the_sweep_takes_what_no_row_knows_and_nothing_that_is_young(app: Flask, owner: Actor) -> None:
    upload(owner, evidence_files.pdf())
    (used,) = kept(app)
    orphan, half = evidence_store.path_of("ab" + "0" * 62), evidence_store.folder("incoming") / "half"
    orphan.parent.mkdir(exist_ok=True)
    for path in (orphan, half):
        path.write_bytes(b"left by a crash")
    assert file_exchange.sweep() == 0
    old = time.time() - POLICY["orphan_hours"] * 3600 - 60
    for path in (used, orphan, half):
        os.utime(path, (old, old))
    result = app.test_cli_runner().invoke(args=["evidence", "sweep"])
    assert "已清理 2 个" in result.output
    assert kept(app) == [used]


def test_a_lost_file_is_said_to_be_missing(app: Flask, owner: Actor) -> None:
    key = upload(owner, evidence_files.pdf()).evidence_id
    kept(app)[0].unlink()
    with pytest.raises(NotFound):
        evidence_views.fetch(owner, evidence_id=key)
