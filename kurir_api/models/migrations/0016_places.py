"""Places as those may know them who needn't know the house."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from kurir_api.database.rules import AsOne, together

# As services.tasks.placing has it for a task at the patient's.
AREAS = """
UPDATE task SET (area_latitude, area_longitude) = (
    SELECT coalesce(r.latitude, floor(task.latitude * 100) / 100 + 0.005::float8),
        coalesce(r.longitude, floor(task.longitude * 100) / 100 + 0.005::float8)
    FROM (SELECT 1) AS always
    LEFT JOIN region r ON r.latitude IS NOT NULL
        AND (r.code = task.region_id OR starts_with(task.region_id, r.code || '.'))
    ORDER BY length(r.code) DESC LIMIT 1
)
"""
OF_PLACES = "CREATE INDEX task_open_place ON task USING gist (point(longitude, latitude)) WHERE status = 'OPEN'"
OF_AREAS = (
    "CREATE INDEX task_open_area ON task USING gist (point(area_longitude, area_latitude)) WHERE status = 'OPEN'"
)
COLUMNS = ("area_latitude", "area_longitude")


class Migration(migrations.Migration):
    """Every task has a second point, which tells no more than its village; the nearest are found by that."""

    dependencies = [("models", "0015_sync")]

    initial = False

    operations = [
        AsOne(
            *(ops.AddField(model_name="Task", name=column, field=fields.FloatField(null=True)) for column in COLUMNS)
        ),
        together(
            ops.RunSQL(AREAS, reverse_sql="SELECT 1"),
            ops.RunSQL("DROP INDEX task_open_place", reverse_sql=OF_PLACES),
            ops.RunSQL(OF_AREAS, reverse_sql="DROP INDEX task_open_area"),
        ),
        AsOne(*(ops.AlterField(model_name="Task", name=column, field=fields.FloatField()) for column in COLUMNS)),
    ]
