"""Dispatch settings: which policy a regency follows."""

from tortoise import fields

from kurir_api.models.base import TenantTable


class DispatchSetting(TenantTable):
    """For one `kind` of task, or null for all others. `policy` is the name of a file in dispatch/policies;
    `weekly_alerts` how many alerts a member gets in seven days at most, emergencies apart.
    """

    kind = fields.CharField(max_length=40, null=True)
    policy = fields.CharField(max_length=20)
    weekly_alerts = fields.SmallIntField(default=4)

    class Meta:
        table = "dispatch_setting"
