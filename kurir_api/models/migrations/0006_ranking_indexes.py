"""Indexes for the search by distance: it meets fewer members whom it has to pass over."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from kurir_api.database.rules import together

HOMES = "CREATE INDEX member_ready_home ON member USING gist (point(home_longitude, home_latitude))"
FIXES = (
    "CREATE INDEX member_fix ON member USING gist"
    " (point(last_longitude, last_latitude), tstzrange(last_fix_at, last_fix_at, '[]'))"
)


class Migration(migrations.Migration):
    """Homes of those on duty alone; fixes by place and time in one, which tells the fresh ones without the rows; and
    an index goes that begins as another does.
    """

    dependencies = [("models", "0005_texts")]

    operations = [
        together(
            ops.RunSQL(f"{HOMES} WHERE active AND available", reverse_sql="DROP INDEX member_ready_home"),
            # Without a fix the range has no ends, and every time is in it.
            ops.RunSQL(f"{FIXES} WHERE last_fix_at IS NOT NULL", reverse_sql="DROP INDEX member_fix"),
            ops.RunSQL(
                "DROP INDEX member_last",
                reverse_sql="CREATE INDEX member_last ON member USING gist (point(last_longitude, last_latitude))",
            ),
            ops.RunSQL(
                "DROP INDEX member_last_fix", reverse_sql="CREATE INDEX member_last_fix ON member (last_fix_at)"
            ),
            ops.RunSQL("DROP INDEX alert_member", reverse_sql="CREATE INDEX alert_member ON alert (member_id)"),
        )
    ]
