"""Who else may look into an enterprise's file: given by the enterprise, for a purpose and a time, and withdrawn."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.models.evidence import AccessGrant, GrantPurpose, GrantStatus
from marketplace.services import clock

KIND = "access_grant"


def find_active(
    session: Session, *, organisation_id: int | None, enterprise_id: int, purpose: GrantPurpose | None = None
) -> AccessGrant | None:
    """The grant that lets the organisation into the file today, the one that lasts longest; None: it has to stay out.

    Asked anew at each request: what was withdrawn or has ended opens nothing any more.
    """
    today = clock.today()
    query = select(AccessGrant).where(
        AccessGrant.organisation_id == organisation_id,
        AccessGrant.enterprise_id == enterprise_id,
        AccessGrant.status == GrantStatus.ACTIVE,
        AccessGrant.starts_on <= today,
        AccessGrant.expires_on >= today,
    )
    if purpose is not None:
        query = query.where(AccessGrant.purpose == purpose)
    return session.scalars(query.order_by(AccessGrant.expires_on.desc(), AccessGrant.id).limit(1)).one_or_none()
