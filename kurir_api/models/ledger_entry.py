"""The ledger of money: every rupiah, twice."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.cost import Cost, CostCategory
from kurir_api.models.member import Member
from kurir_api.models.organization import Organization
from kurir_api.models.pledge import Pledge


class Account(StrEnum):
    """What an entry's rupiah are; in brackets whose.

    EXPENSE: spent on patients (the organisation of who spent it). OWED: to be paid back (the member). FUNDS: where
    the money to pay it back came from (the organisation that bore it). IN_KIND and GIVEN: a gift's value, as spent
    and as given (the organisation). PLEDGED: promised and not yet settled (the organisation that promised); COVERED:
    the same from the side of the need.
    """

    EXPENSE = "EXPENSE"
    OWED = "OWED"
    FUNDS = "FUNDS"
    IN_KIND = "IN_KIND"
    GIVEN = "GIVEN"
    PLEDGED = "PLEDGED"
    COVERED = "COVERED"


class LedgerEntry(TenantTable):
    """Append-only. `amount` is whole rupiah, debits positive; those of one `transaction_id` sum up to zero.

    `booked_on`: the day of the regency's calendar it counts for; the database moves it to the first open month when
    its own is closed. `kind` and `region_id` are the task's, `category` the cost's. `reverses`: the entry it takes
    back.
    """

    transaction_id = fields.UUIDField()
    account = fields.CharEnumField(Account, max_length=7)
    amount = fields.BigIntField()
    booked_on = fields.DateField()
    recorded_at = fields.DatetimeField()
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="ledger_entries", null=True, on_delete=fields.RESTRICT
    )
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="ledger_entries", null=True, on_delete=fields.RESTRICT
    )
    cost: fields.ForeignKeyNullableRelation[Cost] = fields.ForeignKeyField(
        "models.Cost", related_name="ledger_entries", null=True, on_delete=fields.RESTRICT
    )
    pledge: fields.ForeignKeyNullableRelation[Pledge] = fields.ForeignKeyField(
        "models.Pledge", related_name="ledger_entries", null=True, on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=40, null=True)
    category = fields.CharEnumField(CostCategory, max_length=12, null=True)
    region_id = fields.CharField(max_length=13, null=True)
    reverses: fields.ForeignKeyNullableRelation["LedgerEntry"] = fields.ForeignKeyField(
        "models.LedgerEntry", related_name="reversals", null=True, on_delete=fields.RESTRICT
    )

    organization_id: UUID | None
    member_id: UUID | None
    cost_id: UUID | None
    pledge_id: UUID | None
    reverses_id: UUID | None

    class Meta:
        table = "ledger_entry"
