"""Bulk import of listings: the provider's own and nobody else's."""

import io
from typing import Any

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.listing_imports import ListingImport
from marketplace.services import listing_import_jobs, listing_imports
from tests import listing_files

PROVIDER, NOBODY = frozenset({Role.PROVIDER}), frozenset[Role | None]()
ITS = {"import_id": "listing_import"}
SEEN = {"version": "listing_import_version"}
ROWS: tuple[Any, ...] = (
    ("GET", "listing_imports.index", "write_listing", PROVIDER),
    ("GET", "listing_imports.template", "write_listing", PROVIDER),
    ("POST", "listing_imports.upload", "write_listing", PROVIDER),
    ("GET", "listing_imports.show", "write_listing", PROVIDER, NOBODY, ITS),
    ("GET", "listing_imports.problems", "write_listing", PROVIDER, NOBODY, ITS),
    ("POST", "listing_imports.confirm", "write_listing", PROVIDER, NOBODY, ITS, SEEN),
    ("POST", "listing_imports.discard", "write_listing", PROVIDER, NOBODY, ITS, SEEN),
)


def import_things(person: Actor) -> dict[str, Any]:
    """An import that has been checked, with one good row and one that is not."""
    content = listing_files.changed(2, lambda sheets: listing_files.put(sheets, "产品", 2, "产品名称", ""))
    key = listing_imports.upload(person, io.BytesIO(content), name="产品.xlsx")
    listing_import_jobs.work()
    return {"listing_import": key, "listing_import_version": db.session.get_one(ListingImport, key).version}
