"""How often a member may ask, over HTTP and WebSocket alike, counted by what an operation does.

Each field at the root counts: a query's one point, a mutation's five, `changes` ten. Aliases and fragments don't make
it less.
"""

from collections.abc import AsyncIterator, Collection

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension

from kurir_api.errors import TooMany

MUTATION_POINTS = 5
DEAR = {"changes": 10}
"""Queries that count more: it compares all that the member may see, and writes down what it sends."""

MOST_POINTS = 10_000
"""More than anybody has. Fragments that spread fragments can name 2^100 fields, which no column holds."""


def points(document: DocumentNode, operation: OperationDefinitionNode) -> int:
    """What the operation counts, at least one; a fragment counts each time it is spread."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    counted: dict[str, int] = {}

    def fields(nodes: Collection[SelectionNode]) -> int:
        found = 0
        for node in nodes:
            if isinstance(node, FieldNode):
                found += DEAR.get(node.name.value, 1)
            elif isinstance(node, InlineFragmentNode):
                found += fields(node.selection_set.selections)
            elif isinstance(node, FragmentSpreadNode):
                found += spread(node.name.value)
        return found

    def spread(name: str) -> int:
        if name not in counted:
            counted[name] = 0  # until it is known: a cycle counts nothing, and is refused by validation
            if definition := fragments.get(name):
                counted[name] = fields(definition.selection_set.selections)
        return counted[name]

    each = MUTATION_POINTS if operation.operation is OperationType.MUTATION else 1
    return min(MOST_POINTS, each * max(1, fields(operation.selection_set.selections)))


class Counted(SchemaExtension):
    """Counts each operation over HTTP before it is validated; one too many is refused with RATE_LIMITED. Sockets
    count theirs when they are asked for (schema/websocket.py): what is asked for after is answered after.
    """

    async def on_validate(self) -> AsyncIterator[None]:
        """Count it for who asks, as `Context.count` knows them."""
        execution = self.execution_context
        document = execution.graphql_document
        operation = get_operation_ast(document, execution.operation_name) if document else None
        if document and operation and execution.context.request.scope["type"] == "http":
            try:
                await execution.context.count(points(document, operation))
            except TooMany as error:
                execution.pre_execution_errors = [GraphQLError(error.message("en"), original_error=error)]
        yield
