"""Papers in the lockers of demo providers, as real files, and the answers that cite them."""

import hashlib
import io
from collections.abc import Iterable, Mapping
from typing import Any

from marketplace.models.evidence import Evidence
from marketplace.models.solutions import Solution
from marketplace.services import evidence_store
from marketplace.services.demo import content, evidence
from marketplace.services.demo.people import Registry

UPLOADED_DAYS = 20
SHARED_BY = "样板项目（演示）"  # stands on a paper that two providers keep byte for byte
Row = Mapping[str, Any]


def cited(registry: Registry, provider: str, rows: Iterable[Row]) -> list[dict[str, str]]:
    """Each row's paper is kept, by whoever else keeps it too, and cited for what it proves."""
    answers = []
    for row in rows:
        piece = _keep(registry, provider, row)
        if "also_kept_by" in row:
            _keep(registry, row["also_kept_by"], row)
        answers.append({"evidence": str(piece.id), "proves": row["proves"]})
    return answers


def cite_on_shelf(registry: Registry, shelf: Mapping[str, Solution], rows: Iterable[Row]) -> None:
    """The same of listings that stand on the shelf, before their versions are made."""
    providers = {row["key"]: row["provider"] for row in content.listings()}
    for row in rows:
        shelf[row["listing"]].proofs = cited(registry, providers[row["listing"]], row["papers"])


def login_of(provider: str) -> str:
    """The first account of the provider: `provider` for P01, provider02 for P02."""
    return "provider" if provider == "P01" else f"provider{int(provider[1:]):02d}"


def _keep(registry: Registry, provider: str, row: Row) -> Evidence:
    owner = registry.actor(login_of(provider))
    title = row["title"]
    data = evidence.paper(title, SHARED_BY if "also_kept_by" in row else owner.organisation_name)
    with evidence_store.receiving(io.BytesIO(data)) as received:
        evidence_store.keep(received)
    piece = Evidence(
        organisation_id=owner.organisation_id, title=title, kind=row["kind"], file_name=f"{title}.pdf",
        media_type="application/pdf", size=len(data), sha256=hashlib.sha256(data).hexdigest(),
        uploaded_by=owner.user_id, uploaded_at=content.moment(content.days_ago(UPLOADED_DAYS)),
    )  # fmt: skip
    registry.session.add(piece)
    registry.session.flush()
    return piece
