"""Steps of migrations for what the ORM can't say."""

from collections.abc import Iterable
from typing import Any

from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


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


class AsOne(ops.TortoiseOperation):
    """Changes of tables as one step: Tortoise makes the models anew once, not for each. No two of them may be about
    the same column.
    """

    def __init__(self, *changes: ops.TortoiseOperation) -> None:
        self.changes = changes

    def describe(self) -> str:
        """What it does, for `tortoise sqlmigrate`."""
        return "; ".join(change.describe() for change in self.changes)

    def state_forward(self, app_label: str, state: State) -> None:
        """See TortoiseOperation."""
        touched: set[tuple[str, str]] = set()
        postponed = _Postponed(state.models, state.apps, touched)
        for change in self.changes:
            change.state_forward(app_label, postponed)
        state.reload_models(touched)

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """See TortoiseOperation."""
        for change in self.changes:
            await change.database_forward(app_label, old_state, new_state, state_editor)

    async def database_backward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """See TortoiseOperation."""
        for change in reversed(self.changes):
            await change.database_backward(app_label, old_state, new_state, state_editor)


class _Postponed(State):
    """The same models and apps; which to make anew is only noted."""

    def __init__(self, models: Any, apps: Any, touched: set[tuple[str, str]]) -> None:
        super().__init__(models=models, apps=apps)
        self.touched = touched

    def reload_models(self, model_tuples: Iterable[tuple[str, str]]) -> None:
        """Later, all at once."""
        self.touched.update(model_tuples)

    def reload_model(self, app_label: str, model_name: str) -> None:
        """Later, too."""
        self.touched.add((app_label, model_name))
