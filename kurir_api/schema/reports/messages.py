"""The conversation of a report."""

from datetime import datetime

import strawberry

from kurir_api import models
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member
from kurir_api.services.threads.delivery import MessageDelivery

strawberry.enum(MessageDelivery, description="How far a message to a reporter has come.")


@strawberry.type(description="Something that was sent along with a message. The thing itself stays at the provider.")
class MessageMedia:
    """An entry of models.Message.media."""

    kind: str = strawberry.field(description="What it is, such as image, audio or location.")
    type: str | None = strawberry.field(description="Its MIME type, where known.")


@strawberry.type(description="A message of a report's conversation.")
class Message(Node):
    """See models.Message."""

    incoming: bool = strawberry.field(description="From the reporter; else to them.")
    sent_at: datetime = strawberry.field(
        description="When it was sent, by the provider's clock, or when it was written."
    )
    media: list[MessageMedia] = strawberry.field(description="What was sent along.")
    row: strawberry.Private[models.Message]

    @classmethod
    def of(cls, row: models.Message) -> "Message":
        """The message of a row."""
        return cls(
            id=global_id("Message", row.id),
            incoming=row.incoming,
            sent_at=row.sent_at,
            media=[MessageMedia(kind=str(one.get("kind")), type=one.get("type")) for one in row.media],
            row=row,
        )

    @strawberry.field(description="Its words; empty where there were none.")
    def text(self) -> str:
        """Unsealed when asked for."""
        return self.row.text or ""

    @strawberry.field(
        description="Who at the desk wrote it; null for the reporter's, and for what Kurir writes itself."
    )
    async def author(self, info: Info) -> Member | None:
        """Through the loader."""
        if self.row.author_id is None:
            return None
        return Member.of(await info.context.loaders.member.load(self.row.author_id))

    @strawberry.field(description="How far it has come; null for the reporter's.")
    async def delivery(self, info: Info) -> MessageDelivery | None:
        """Through the loader."""
        return None if self.row.incoming else await info.context.loaders.delivery.load(self.row.id)
