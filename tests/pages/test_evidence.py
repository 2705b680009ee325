"""The evidence locker in the browser: limits said beforehand, refusals with the fields kept, files as attachments."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace.domain.evidence import Place
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.evidence import Evidence
from marketplace.services import clock, evidence
from tests import evidence_files
from tests.factories import Factory
from tests.harness import Browser, Page

Counting = Callable[[Flask], AbstractContextManager[list[str]]]
LIMIT = "单个文件不超过20兆字节"


@pytest.fixture
def user(make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def owner(client: Browser, user: User) -> Browser:
    return client.log_in(user)


def send(browser: Browser, content: bytes, name: str = "台账.pdf", *, status: int = 303, **fields: str) -> TestResponse:
    """The form as a browser sends it, encoded in memory."""
    form = {"csrf_token": browser.token(), "title": "设备台账", "kind": "ledger", **fields}
    boundary, body = encode_multipart({**form, "file": FileStorage(io.BytesIO(content), name)})
    kind = f"multipart/form-data; boundary={boundary}"
    response = browser.send("POST", "/evidence/upload", data=body, content_type=kind)
    assert response.status_code == status, response.get_data(as_text=True)[:1000]
    return response


def test_upload_cite_download_and_withdraw(owner: Browser, user: User, make: Factory) -> None:
    assert LIMIT in owner.get("/evidence/upload").body
    assert LIMIT in owner.get("/evidence").body
    assessment = make.assessment(user=user)
    content = evidence_files.pdf()
    page = owner.follow(send(owner, content))
    assert page.h1 == "设备台账"
    assert "还没有引用" in page.body
    key = page.response.request.path.rsplit("/", 1)[1]
    page = owner.follow(owner.post(f"/evidence/{key}/cite", {"cite-place": f"assessment:{assessment.id}:Q3"}))
    assert "Q3 设备联网" in page.body
    response = owner.raw(f"/evidence/{key}/file")
    assert response.get_data() == content
    response.close()
    page = owner.get(f"/evidence/{key}")
    assert "它正用来证明：自评" in page.body
    page = owner.follow(owner.post(f"/evidence/{key}/withdraw"))
    assert "已撤下，别人不能再看" in page.body
    assert "设备台账" in owner.get("/evidence?state=withdrawn").body
    assert "设备台账" not in owner.get("/evidence").body


def test_a_file_is_an_attachment_of_the_stated_type_that_no_browser_guesses_at(owner: Browser) -> None:
    page = owner.follow(send(owner, evidence_files.picture("PNG"), "../../<b>照片\u202egnp.exe"))
    response = owner.raw(page.links()["下载"])
    name = quote("_b_照片gnp.png")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert f"filename*=UTF-8''{name}" in response.headers["Content-Disposition"]
    assert response.mimetype == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]
    assert "sandbox" in response.headers["Content-Security-Policy"]
    response.close()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<html><script>alert(1)</script>", "合同.pdf", "只收PDF、PNG、JPEG、xlsx、docx"),
        (b"", "空.pdf", "文件是空的"),
        (evidence_files.pdf()[:-20], "半个.pdf", "没有传完整"),
        (b"%PDF-1.4" + b"x" * (20 * 1024 * 1024), "大.pdf", LIMIT),
    ],
)
def test_a_refused_upload_keeps_the_other_fields_and_names_limit_and_type(
    owner: Browser, content: bytes, name: str, words: str
) -> None:
    response = send(owner, content, name, status=422, title="二号车间台账", expires_on="2031-05-06")
    page = Page(response)
    assert words in Page.words(page.by_id("error-summary"))
    values = {one.get("name"): one.get("value") for one in page.all("input")}
    assert (values["title"], values["expires_on"]) == ("二号车间台账", "2031-05-06")
    chosen = [one.get("value") for one in page.all("option") if one.get("selected") is not None]
    assert "ledger" in chosen
    assert "没有" in owner.get("/evidence").body


def test_without_a_file_or_with_a_bad_date_nothing_is_kept(owner: Browser) -> None:
    page = owner.submit("/evidence/upload", {"title": "x", "kind": "ledger"}, status=422)
    assert "请选择文件" in page.body
    page = Page(send(owner, evidence_files.pdf(), status=422, expires_on="31.12.2030", place="assessment:1:magic"))
    assert "年-月-日" in page.body
    assert "请从列表里选择，或先不选" in page.body


def test_only_this_form_may_be_large_and_each_413_names_its_own_limit(
    app: Flask, owner: Browser, make: Factory
) -> None:
    room = b"x" * (3 * 1024 * 1024)
    page = Page(send(owner, room, status=422))
    assert "只收PDF" in page.body
    page = Page(send(owner, b"x" * (41 * 1024 * 1024), status=413))
    assert LIMIT in page.body
    assert "不能超过40兆字节" in page.body
    page = owner.submit("/access-grants/new", {"note": "x" * len(room)}, status=413)
    assert "不能超过2兆字节" in page.body
    stranger = Browser(app).log_in(make.user(Role.EXPERT))
    page = Page(send(stranger, room, status=413))
    assert "不能超过2兆字节" in page.body


def test_without_a_name_the_file_gives_one_and_the_same_file_leads_to_the_first(owner: Browser) -> None:
    first = send(owner, evidence_files.pdf(), "资产负债表.pdf", title="")
    again = send(owner, evidence_files.pdf(), "别的.pdf", title="别的名字")
    assert first.headers["Location"] == again.headers["Location"]
    page = owner.follow(again)
    assert page.h1 == "资产负债表"
    assert "以前上传过" in page.body


def test_from_the_missing_list_the_form_knows_what_it_is_for(owner: Browser, user: User, make: Factory) -> None:
    key = make.actor(user).enterprise_id
    file = owner.get(f"/enterprises/{key}")
    page = owner.get(file.links()["营业执照"])
    chosen = [one.get("value") for one in page.all("option") if one.get("selected") is not None]
    assert chosen == ["business_licence", f"enterprise:{key}:business_licence"]
    assert "要3份，还缺3份" in file.body
    send(owner, evidence_files.pdf(), kind="business_licence", place=f"enterprise:{key}:business_licence")
    assert "要3份，还缺2份" in owner.get(f"/enterprises/{key}").body


def test_what_ends_soon_is_told_and_what_has_ended_proves_nothing(owner: Browser, user: User, make: Factory) -> None:
    actor = make.actor(user)
    place = Place("enterprise", actor.enterprise_id or 0, "business_licence")
    piece = make.evidence(user=user, places=[place], title="执照", expires_on=clock.today() + timedelta(days=5))
    assert "有材料快到期" in owner.get("/evidence").body
    assert "请准备新的一份" in owner.get(f"/evidence/{piece.id}").body
    assert "要3份，还缺2份" in owner.get(f"/enterprises/{actor.enterprise_id}").body
    seen = evidence.fingerprint(evidence.facts_of(db.session.get_one(Evidence, piece.id)))
    gone = (clock.today() - timedelta(days=1)).isoformat()
    form = {"title": "执照", "kind": "ledger", "expires_on": gone, "seen": seen}
    page = owner.follow(owner.post(f"/evidence/{piece.id}/change", form))
    assert "按缺材料算：基本情况：营业执照" in page.body
    assert "要3份，还缺3份" in owner.get(f"/enterprises/{actor.enterprise_id}").body
    page = owner.submit(f"/evidence/{piece.id}/change", form, status=409)
    assert "刚被别人改过" in page.body


def test_staff_download_on_record_and_never_what_is_withdrawn(
    app: Flask, owner: Browser, user: User, make: Factory
) -> None:
    piece = make.evidence(user=user)
    officer = Browser(app).log_in(make.user(Role.BUREAU_REVIEWER))
    assert officer.raw(f"/evidence/{piece.id}/file", status=303).headers["Location"] == f"/evidence/{piece.id}"
    assert "记入办理记录" in officer.get(f"/evidence/{piece.id}").body
    officer.post(f"/evidence/{piece.id}/file", status=200).close()
    key = make.actor(user).enterprise_id
    assert f"下载材料《{piece.title}》" in owner.get(f"/enterprises/{key}").body
    owner.post(f"/evidence/{piece.id}/withdraw")
    officer.get(f"/evidence/{piece.id}", status=403)
    officer.post(f"/evidence/{piece.id}/file", status=403)


def test_the_locker_takes_the_same_queries_for_one_piece_and_for_twenty(
    app: Flask, owner: Browser, user: User, make: Factory, count_queries: Counting
) -> None:
    taken = []
    for number in (1, 19):
        for _ in range(number):
            make.evidence(user=user)
        with count_queries(app) as statements:
            owner.get("/evidence")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 15
    make.evidence(user=user)
    assert "第 1 页，共 2 页" in owner.get("/evidence").body
