"""Claims: who does a task. One per slot."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable, status_field
from kurir_api.models.member import Member
from kurir_api.models.organization import Organization
from kurir_api.models.task import Task


class ClaimStatus(StrEnum):
    """From offer or claim to verified, or one of the ways a claim falls away."""

    OFFERED = "OFFERED"
    HELD = "HELD"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    VERIFIED = "VERIFIED"
    DISPUTED = "DISPUTED"
    DECLINED = "DECLINED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    NO_SHOW = "NO_SHOW"
    HANDED_OVER = "HANDED_OVER"


LIVE = (ClaimStatus.OFFERED, ClaimStatus.HELD, ClaimStatus.IN_PROGRESS)
"""The claims that bind a member's time: unique per member and task, never overlapping."""

HOLDING = (ClaimStatus.HELD, ClaimStatus.IN_PROGRESS)
"""The claims whose member has said yes and is not done: who may know the place and the patient."""

TAKING = (*LIVE, ClaimStatus.COMPLETED, ClaimStatus.VERIFIED)
"""The claims that take a slot: a slot whose work is done does not open again."""


FALLEN_AWAY = (
    ClaimStatus.DECLINED,
    ClaimStatus.RELEASED,
    ClaimStatus.EXPIRED,
    ClaimStatus.REVOKED,
    ClaimStatus.NO_SHOW,
    ClaimStatus.DISPUTED,
    ClaimStatus.HANDED_OVER,
)
"""The claims whose members gave the task up or lost it: they aren't asked for the same task once more."""


class Claim(TenantTable):
    """`starts_at` and `ends_at` repeat the task's window, so that the database can refuse overlaps.

    `expires_at`: by when an offer must be answered, or a held claim started; `reminded_at`: when its member was told
    that this is near. `approach_m`: metres from where its member set off to the task. `takes_over`: the claim that
    this one takes the slot of when its member accepts; until then it takes none.
    """

    task: fields.ForeignKeyRelation[Task] = fields.ForeignKeyField(
        "models.Task", related_name="claims", on_delete=fields.RESTRICT
    )
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="claims", on_delete=fields.RESTRICT
    )
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="claims", on_delete=fields.RESTRICT
    )
    status = status_field(ClaimStatus)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    claimed_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    reminded_at = fields.DatetimeField(null=True)
    started_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)
    approach_m = fields.IntField(null=True)
    released_late = fields.BooleanField(default=False)
    assigned_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="claims_assigned", null=True, on_delete=fields.RESTRICT
    )
    takes_over: fields.ForeignKeyNullableRelation["Claim"] = fields.ForeignKeyField(
        "models.Claim", related_name="handed_to", null=True, on_delete=fields.RESTRICT
    )

    task_id: UUID
    member_id: UUID
    organization_id: UUID
    assigned_by_id: UUID | None
    takes_over_id: UUID | None

    @property
    def hands_over(self) -> bool:
        """Whether it is the offer to take over somebody's claim, and so takes no slot."""
        return self.status == ClaimStatus.OFFERED and self.takes_over_id is not None

    class Meta:
        table = "claim"
