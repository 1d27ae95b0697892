"""Steps of migrations for what the ORM can't say."""

from tortoise.migrations import operations as ops


def index(name: str, on: str, *, unique: bool = False) -> ops.RunSQL:
    """An index on "table (columns)", perhaps of some rows only."""
    return ops.RunSQL(f"CREATE {'UNIQUE ' * unique}INDEX {name} ON {on}", reverse_sql=f"DROP INDEX {name}")


def check(table: str, name: str, condition: str) -> ops.RunSQL:
    """What every row of the table must be."""
    return ops.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})",
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def together(*steps: ops.RunSQL) -> ops.RunSQL:
    """The steps as one: Tortoise makes every model anew for each, which takes longer than the statements."""
    return ops.RunSQL(
        [str(step.sql) for step in steps], reverse_sql=[str(step.reverse_sql) for step in reversed(steps)]
    )
