"""Receipts."""

import strawberry

from kurir_api import models
from kurir_api.schema.context import Info
from kurir_api.schema.ids import global_id


@strawberry.type(description="A picture or document that shows that money was spent.")
class Receipt:
    """See models.Receipt."""

    id: strawberry.ID = strawberry.field(description="As `POST /receipts` answered.")
    url: str = strawberry.field(description="Leads to it for ten minutes; ask again after that.")
    thumbnail_url: str = strawberry.field(
        description="Leads to a JPEG of its first page, at most 320 pixels a side, for ten minutes."
    )
    content_type: str = strawberry.field(description="image/jpeg or application/pdf.")
    sha256: str = strawberry.field(description="Of the file as it was sent, in hex.")

    @classmethod
    def of(cls, row: models.Receipt, info: Info) -> "Receipt":
        """The receipt of a row that the caller may see."""
        path, viewer = f"/receipts/{row.id}", str(info.context.principal.member_id)
        return cls(
            id=global_id("Receipt", row.id),
            url=info.context.link(path, by=viewer),
            thumbnail_url=info.context.link(f"{path}/small", by=viewer),
            content_type=row.content_type,
            sha256=row.sha256,
        )
