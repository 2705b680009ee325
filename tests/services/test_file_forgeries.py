"""Whatever is no file of an enterprise in good order is refused whole: damaged, foreign, forged, too large."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.domain.errors import Invalid
from marketplace.models.accounts import Role
from marketplace.services import (
    file_packages,
)
from tests import evidence_files
from tests.factories import Factory
from tests.file_world import Parts, content, counterparts, dump, far_away, fill, take_in, told_of, zipped


def _changed(parts: Parts, name: str, change: Callable[[Any], None]) -> bytes:
    told = json.loads(parts[name])
    change(told)
    return zipped({**parts, name: json.dumps(told).encode()})


def _flip(data: bytes, inside: bytes) -> bytes:
    at = data.index(inside)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


FORGERIES: dict[str, tuple[Callable[[Parts], bytes], str]] = {
    "nothing": (lambda parts: b"PK", "打不开"),
    "some other zip": (lambda parts: evidence_files.archive({"a.txt": "1"}), "不认识的文件"),
    "truncated": (lambda parts: zipped(parts)[:-400], "打不开"),
    "a flipped bit of stored bytes": (lambda parts: _flip(_stored(parts), b"%PDF-1.4"), ""),
    "a part missing": (
        lambda parts: zipped({name: data for name, data in parts.items() if name != "grants.json"}),
        "",
    ),
    "a part more": (lambda parts: zipped({**parts, "notes.txt": b"1"}), "不认识的文件"),
    "a path that leads out": (lambda parts: zipped({**parts, "evidence/../../x": b"1"}), "不认识的文件"),
    "an absolute path": (lambda parts: zipped({**parts, "/etc/cron.d/x": b"1"}), "不认识的文件"),
    "a file under a wrong hash": (lambda parts: zipped({**parts, "evidence/" + "0" * 64: b"%PDF-1.4"}), "校验值"),
    "not from here": (
        lambda parts: evidence_files.archive({**parts, "manifest.json": json.dumps({"format": "other"})}),
        "不是本平台导出",
    ),
    "a later version": (
        lambda parts: evidence_files.archive(
            {**parts, "manifest.json": json.dumps({"format": "enterprise-file", "version": 2, "made_at": ""})}
        ),
        "第2版",
    ),
    "a manifest that lists less": (
        lambda parts: evidence_files.archive(
            {
                **parts,
                "manifest.json": json.dumps({"format": "enterprise-file", "version": 1, "made_at": "", "parts": []}),
            }
        ),
        "对不上",
    ),
    "nested to death": (lambda parts: zipped({**parts, "grants.json": b"[" * 200_000}), "读不出来"),
    "a list where an object is due": (lambda parts: zipped({**parts, "enterprise.json": b"[]"}), "结构"),
    "a wrong credit code": (
        lambda parts: _changed(parts, "enterprise.json", lambda one: one.update(credit_code="91519900MC0000020X")),
        "信用代码",
    ),
    "a county of another city": (
        lambda parts: _changed(parts, "enterprise.json", lambda one: one.update(county="atlantis")),
        "目录",
    ),
    "a scene nobody knows": (
        lambda parts: _changed(parts, "demands.json", lambda one: one[0]["lines"][0].update(scene="magic")),
        "目录",
    ),
    "a text for a number": (
        lambda parts: _changed(parts, "demands.json", lambda one: one[0].update(budget="viel")),
        "budget",
    ),
    "a text too long": (
        lambda parts: _changed(parts, "demands.json", lambda one: one[0].update(title="长" * 61)),
        "title",
    ),
    "a level that breaks a constraint": (
        lambda parts: _changed(parts, "assessments.json", lambda one: one[0].update(level=9)),
        "规定",
    ),
    "a field missing": (
        lambda parts: _changed(parts, "grants.json", lambda one: one[0].pop("starts_on")),
        "starts_on",
    ),
    "a place that is not there": (
        lambda parts: _changed(parts, "demands.json", lambda one: one[0].update(assessment=99)),
        "对不上",
    ),
    "a listing nobody offers": (
        lambda parts: _changed(
            parts, "shortlists.json", lambda one: one[0]["entries"][0]["solution"].update(name="没有这个产品")
        ),
        "没有这个产品",
    ),
    "an organisation nobody knows": (
        lambda parts: _changed(
            parts, "grants.json", lambda one: one[0].update(organisation={"credit_code": None, "name": "无名公司"})
        ),
        "无名公司",
    ),
    "a trail with other fields": (
        lambda parts: _changed(parts, "timeline.json", lambda one: one[0].update(extra="1")),
        "办理记录",
    ),
    "evidence of another kind than told": (
        lambda parts: _changed(parts, "evidence.json", lambda one: one[0].update(media_type="image/png")),
        "类型",
    ),
}


def _stored(parts: Parts) -> bytes:
    """Uncompressed, so that a flipped bit of the content is one in the zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zipped(parts))) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return buffer.getvalue()


def test_whatever_is_not_in_order_is_refused_and_leaves_nothing(app: Flask, other_app: Flask, make: Factory) -> None:
    owner, others = fill(make)
    told, parts = told_of(others), content(owner)
    with other_app.app_context():
        elsewhere = far_away()
        counterparts(elsewhere, told)
        administrator = elsewhere.actor(Role.ADMINISTRATOR)
        before = dump()
        for name, (forge, words) in FORGERIES.items():
            with pytest.raises(Invalid) as caught:
                take_in(forge(parts), administrator)
            assert words in "；".join(caught.value.messages["file"]), name
            assert dump() == before, name
        assert take_in(zipped(parts), administrator)


def test_an_oversize_zip_is_refused_before_it_is_read(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, _ = fill(make)
    parts = content(owner)
    administrator = make.actor(Role.ADMINISTRATOR)
    for limit, words in (
        ("max_bytes", "超过"),
        ("unpacked_bytes", "太大"),
        ("part_bytes", "太大"),
        ("max_entries", "太大"),
    ):
        with monkeypatch.context() as patch:
            patch.setitem(file_packages.LIMITS, limit, 10)
            with pytest.raises(Invalid) as caught:
                file_packages.stage(administrator, io.BytesIO(zipped(parts)))
            assert words in caught.value.messages["file"][0]
