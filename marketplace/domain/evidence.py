"""佐证材料: kinds, media types, validity, what each stage of an enterprise's file asks for and what is missing."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from marketplace.models.enterprises import Progress
from marketplace.policy import reader
from matching import standard

POLICY: Mapping[str, Any] = reader.load("evidence")
UPLOAD: Mapping[str, int] = POLICY["upload"]
KINDS: Mapping[str, str] = {row["id"]: row["label"] for row in POLICY["kinds"]}
MEDIA: Mapping[str, Mapping[str, str]] = {row["id"]: row for row in POLICY["media"]}
MEDIA_LABELS: Mapping[str, str] = {key: row["label"] for key, row in MEDIA.items()}
STAGES: Mapping[str, Mapping[str, Any]] = {row["id"]: row for row in POLICY["stages"]}
OWED_BY = {"enterprise": "企业", "provider": "服务商", "assessor": "评测方"}
TYPES_TEXT = "PDF、PNG、JPEG、xlsx、docx"
SIZE_TEXT = f"{UPLOAD['max_bytes'] // 1024 // 1024}兆字节"
LIMIT_TEXT = f"只收{TYPES_TEXT}，单个文件不超过{SIZE_TEXT}"
ENTERPRISE, ASSESSMENT = "enterprise", "assessment"
# What a provider's files are cited for is written by those pages alone, so that nothing goes from under a decision.
ELSEWHERE = {"provider_application": "入池申请", "call_response": "遴选应榜"}
ELSEWHERE_TOPICS: Mapping[str, str] = {row["id"]: row["label"] for row in reader.load("pool_admission")["evidence"]}
PLACE = re.compile(r"(enterprise|assessment):([0-9]{1,9}):([A-Za-z0-9_]{1,30})")
# Signs that make a name read otherwise than it is stored, or that a file system or a header gives a meaning.
UNFIT_FOR_NAMES = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|;]')


class Validity(StrEnum):
    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


VALIDITIES = {"valid": "有效", "expiring": "即将到期", "expired": "已过期", "withdrawn": "已撤下"}
COUNTING = frozenset({Validity.VALID, Validity.EXPIRING})  # what proves something today


@dataclass(frozen=True, slots=True)
class Place:
    """What a piece of evidence can be cited for: an item or scene of an assessment, or a kind that a stage asks for."""

    kind: str
    key: int
    topic: str

    @property
    def text(self) -> str:
        return f"{self.kind}:{self.key}:{self.topic}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that a stage asks for, and who owes it."""

    stage: str
    place: Place
    label: str
    owed_by: str
    clause: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what is asked for is there; `missing` in the order of asking."""

    asked: int
    missing: tuple[Ask, ...]

    @property
    def present(self) -> int:
        return self.asked - len(self.missing)


def validity(*, expires_on: date | None, is_withdrawn: bool, today: date) -> Validity:
    """The last day still counts."""
    if is_withdrawn:
        return Validity.WITHDRAWN
    if expires_on is None:
        return Validity.VALID
    if expires_on < today:
        return Validity.EXPIRED
    return Validity.EXPIRING if expires_on <= today + timedelta(days=POLICY["notice_days"]) else Validity.VALID


def parse_place(text: str) -> Place | None:
    found = PLACE.fullmatch(text)
    if found is None:
        return None
    place = Place(found[1], int(found[2]), found[3])
    known = KINDS if place.kind == ENTERPRISE else TOPICS
    return place if place.topic in known else None


TOPICS: Mapping[str, str] = {item.id: f"{item.id} {item.name}" for item in standard.ITEMS.values()} | {
    scene.id: f"场景“{scene.name}”" for scene in standard.SCENES.values()
}


def topic_label(topic: str) -> str:
    return TOPICS.get(topic) or ELSEWHERE_TOPICS.get(topic) or KINDS.get(topic, topic)


def asked_of_enterprise(enterprise_id: int, *, progress: str) -> tuple[Ask, ...]:
    """What the stages ask for by now: each from a place in the pilot on."""
    order = list(Progress)
    reached = order.index(Progress(progress))
    return tuple(
        Ask(
            row["stage"],
            Place(ENTERPRISE, enterprise_id, row["kind"]),
            KINDS[row["kind"]],
            row["owed_by"],
            row["clause"],
        )
        for row in POLICY["asks"]
        if order.index(Progress(row["from_progress"])) <= reached
    )


def asked_of_assessment(
    assessment_id: int, *, answers: Mapping[str, Sequence[str]], scenes: Mapping[str, int], owed_by: str
) -> tuple[Ask, ...]:
    """Each answer that earns points and each scene that has reached a level wants to be proved."""
    earning = [item for item in standard.ITEMS.values() if _earns(item, answers.get(item.id, ()))]
    reached = [scene for scene in standard.SCENES.values() if scenes.get(scene.id, 0) > 0]
    clause = STAGES["assessments"]["clause"]
    topics = [item.id for item in earning] + [scene.id for scene in reached]
    return tuple(
        Ask("assessments", Place(ASSESSMENT, assessment_id, topic), TOPICS[topic], owed_by, clause) for topic in topics
    )


def _earns(item: standard.Item, chosen: Iterable[str]) -> bool:
    return any(item.options[key].points > 0 for key in chosen if key in item.options)


def completeness(asks: Iterable[Ask], provided: Collection[Place]) -> Completeness:
    wanted = tuple(asks)
    return Completeness(len(wanted), tuple(ask for ask in wanted if ask.place not in provided))


def clean_file_name(name: str, *, media_type: str) -> str:
    """The last part of what the browser sent, without signs that mislead, with the extension of what it really is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    plain = UNFIT_FOR_NAMES.sub("_", plain)
    extension = MEDIA[media_type]["extension"]
    stem, _, given = plain.rpartition(".")
    if not stem or not given.isalnum():
        stem = plain
    stem = stem.strip(" .")[: POLICY["file_name_max"] - len(extension) - 1].rstrip(" .")
    return f"{stem or '材料'}.{extension}"


def size_words(size: int) -> str:
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))}KB"
    return f"{size / 1024 / 1024:.1f}MB"


def problems(*, title: str, kind: str, expires_on: date | None, today: date) -> dict[str, list[str]]:
    """What is wrong with the words that go with a file, by field."""
    found: dict[str, list[str]] = {}
    if not title.strip():
        found["title"] = ["请填写材料名称，例如“2025年度资产负债表”"]
    elif len(title.strip()) > POLICY["title_max"]:
        found["title"] = [f"材料名称不超过{POLICY['title_max']}个字，请精简"]
    if kind not in KINDS:
        found["kind"] = ["请从列表里选择材料种类"]
    if expires_on is not None and expires_on < today:
        found["expires_on"] = ["有效期已过，请核对日期，或换一份有效的材料"]
    return found
