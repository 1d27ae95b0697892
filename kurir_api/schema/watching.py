"""What is told of an operation: its root fields, how it ended and how long it took; never what was asked or found."""

import time
from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationType,
    SelectionNode,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension

from kurir_api.schema.masking import INTERNAL, client_code
from kurir_api.telemetry.metrics import OPERATION_SECONDS, OPERATIONS
from kurir_api.telemetry.tracing import span

INVALID = "invalid"
"""The field of a document that doesn't parse, or names what there isn't."""

OK, REFUSED, FAULT = "ok", "refused", "fault"


class Watching(SchemaExtension):
    """Counts and times operations, and spans them. Of a subscription only how it began counts: it ends with its
    listener.
    """

    def on_operation(self) -> Iterator[None]:
        """Around all of it."""
        began = time.perf_counter()
        with span("operation") as current:
            yield
            operation, fields = self._asked()
            current.update_name(f"{operation} {', '.join(fields)}")
            current.set_attribute("graphql.operation.type", operation)
        outcome = self._outcome()
        for field in fields:
            OPERATIONS.labels(field, outcome).inc()
            if operation != OperationType.SUBSCRIPTION.value:
                OPERATION_SECONDS.labels(field).observe(time.perf_counter() - began)

    def _asked(self) -> tuple[str, list[str]]:
        """The kind of operation, and its root fields, each once."""
        context = self.execution_context
        document = context.graphql_document
        node = get_operation_ast(document, context.operation_name) if document else None
        if document is None or node is None:
            return INVALID, [INVALID]
        schema = self.execution_context.schema._schema
        root = schema.get_root_type(node.operation)
        known = root.fields if root else {}
        names = dict.fromkeys(_names(node.selection_set.selections, document, set()))
        return node.operation.value, [name for name in names if name in known] or [INVALID]

    def _outcome(self) -> str:
        codes = {client_code(error) for error in self.execution_context.pre_execution_errors or ()}
        return FAULT if codes & {None, INTERNAL} else REFUSED if codes else OK


def _names(selections: tuple[SelectionNode, ...], document: DocumentNode, seen: set[str]) -> Iterator[str]:
    """The fields' names, with fragments spread out, each fragment once."""
    for node in selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _names(node.selection_set.selections, document, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            for definition in document.definitions:
                if isinstance(definition, FragmentDefinitionNode) and definition.name.value == node.name.value:
                    yield from _names(definition.selection_set.selections, document, seen)
