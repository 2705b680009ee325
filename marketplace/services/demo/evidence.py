"""A few pieces of evidence of the first demo enterprise, as files that open and say what they are."""

import hashlib
import io

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from marketplace.domain import evidence as rules
from marketplace.models.assessments import Assessment, AssessmentStatus
from marketplace.models.evidence import Evidence, EvidenceCitation
from marketplace.services import evidence_store
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

OWNER = "enterprise"
FONT = "STSong-Light"
LEFT, TOP, LINE = 72, 740, 28
# Title, kind, days since the upload, topics of the newest assessment that it proves.
PIECES = (
    ("营业执照（副本）", "business_licence", 160, ()),
    ("从业人员社保人数证明", "headcount_proof", 40, ("Q14",)),
    ("生产设备清单", "equipment_list", 12, ("Q2", "Q3")),
)


def add(registry: Registry) -> int:
    """Rows and files; the files lie in the store as uploaded ones do. Returns how many."""
    owner = registry.actor(OWNER)
    newest = registry.session.scalars(
        select(Assessment.id)
        .where(Assessment.enterprise_id == owner.enterprise_id, Assessment.status == AssessmentStatus.COMPLETED)
        .order_by(Assessment.assessed_on.desc(), Assessment.id.desc())
        .limit(1)
    ).one_or_none()
    asked = {ask["kind"] for ask in rules.POLICY["asks"]}
    for title, kind, days, topics in PIECES:
        data = paper(title, owner.organisation_name)
        with evidence_store.receiving(io.BytesIO(data)) as received:
            evidence_store.keep(received)
        at = content.moment(content.days_ago(days))
        places = [(rules.ENTERPRISE, owner.enterprise_id, kind)] if kind in asked else []
        places += [(rules.ASSESSMENT, newest, topic) for topic in topics if newest]
        registry.session.add(
            Evidence(
                organisation_id=owner.organisation_id, title=title, kind=kind, file_name=f"{title}.pdf",
                media_type="application/pdf", size=len(data), sha256=hashlib.sha256(data).hexdigest(),
                uploaded_by=owner.user_id, uploaded_at=at,
                citations=[
                    EvidenceCitation(
                        subject_kind=place, subject_id=key, topic=topic, cited_by=owner.user_id, cited_at=at
                    )
                    for place, key, topic in places
                ],
            )
        )  # fmt: skip
    return len(PIECES)


def paper(title: str, organisation: str) -> bytes:
    """One page; equal each time it is made."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for place, text in enumerate((title, organisation, "演示材料：内容为虚构，不能作为申报依据。")):
        canvas.setFont(FONT, 18 if place == 0 else 12)
        canvas.drawString(LEFT, TOP - place * LINE, text)
    canvas.save()
    return buffer.getvalue()
