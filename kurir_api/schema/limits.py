"""How much one query may ask for.

A document is measured in one pass, each operation and each fragment once, before graphql-core validates it, and not
only what is executed: its validation compares fields in pairs, so a document is kept small first.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from math import isinf
from typing import Any, NamedTuple

from graphql import (
    ArgumentNode,
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    StringValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)

from kurir_api.schema.masking import BAD_USER_INPUT

MAX_TOKENS = 1_000
MAX_PAGE = 100
CACHED_DOCUMENTS = 256  # of at most 256 KB each, as the request body


class Measure(NamedTuple):
    """What an operation, or a part of it, asks for, with its fragments spread out.

    `depth`: fields inside one another. `aliases`: renamed fields, and fields of a type named again in one selection
    set and its inline fragments. `directives`: of fields, fragments, variables and the operation. `cost`: one for
    each field, times the page sizes of the connections around it, and what is HEAVY. Introspection costs nothing and
    has no depth; graphql-core limits its nesting.
    """

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0


NOTHING = Measure()
LEAF = Measure(depth=1, cost=1)
TOO_DEEP = Measure(depth=MAX_TOKENS)
"""What is nested deeper than Python follows; no document is deeper than its tokens."""

LIMITS = Measure(depth=10, aliases=30, directives=20, cost=5_000)

MOST_TOLD = 10**9
"""Fragments that spread others twice soon come to more than JSON's numbers hold."""

HEAVY = {"statistics": 500, "changes": 200}
"""What root fields cost beyond what is selected of them: these count all that was done in up to ten years, or look at
all that the caller may see.
"""


def _clamped(count: object) -> int:
    """A page size as it counts: one the resolver will refuse counts as the largest."""
    return count if isinstance(count, int) and 0 <= count <= MAX_PAGE else MAX_PAGE


Key = tuple[GraphQLNamedType | None, str]
"""A field in the answer: of which type, and what it is called."""


class Measuring:
    """One pass over a document that may still be invalid.

    What validation will refuse (unknown names, fragment cycles) counts nothing here.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.schema = schema
        self.variables = variables
        self.operations = [
            definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
        ]
        self.defaults: dict[str, list[ValueNode | None]] = defaultdict(list)
        for operation in self.operations:
            for variable in operation.variable_definitions or ():
                self.defaults[variable.variable.name.value].append(variable.default_value)
        self.definitions = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.fragments: dict[str, Measure] = {}
        self.measured_selections = 0

    def measures(self) -> Iterator[Measure]:
        """Each operation's, in order; then of each fragment, spread or not, what makes validation long."""
        try:
            for operation in self.operations:
                yield self._operation(operation)
            for name in self.definitions:
                inside = self._fragment(name)
                yield Measure(aliases=inside.aliases, directives=inside.directives)
        except RecursionError:
            yield TOO_DEEP

    def _operation(self, operation: OperationDefinitionNode) -> Measure:
        root = self.schema.get_root_type(operation.operation)
        whole = self._selections(operation.selection_set.selections, root)
        variables = operation.variable_definitions or ()
        own = len(operation.directives or ()) + sum(len(one.directives or ()) for one in variables)
        return Measure(whole.depth, whole.aliases, whole.directives + own, whole.cost)

    def _selections(
        self, nodes: Collection[SelectionNode], parent: GraphQLNamedType | None, keys: set[Key] | None = None
    ) -> Measure:
        """`keys`: what the fields around an inline fragment are called, to which its own belong."""
        depth = aliases = directives = cost = 0
        keys = set() if keys is None else keys
        for node in nodes:
            self.measured_selections += 1
            part = self._selection(node, parent, keys)
            if isinstance(node, FieldNode):
                key = (parent, (node.alias or node.name).value)
                aliases += bool(node.alias) or key in keys
                keys.add(key)
            depth = max(depth, part.depth)
            aliases += part.aliases
            directives += part.directives + len(node.directives or ())
            cost += part.cost
        return Measure(depth, aliases, directives, cost)

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None, keys: set[Key]) -> Measure:
        if isinstance(node, FieldNode):
            return self._field(node, parent)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            inner = self.schema.get_type(condition.name.value) if condition else parent
            return self._selections(node.selection_set.selections, inner, keys)
        return self._fragment(node.name.value) if isinstance(node, FragmentSpreadNode) else NOTHING

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Measure:
        name = node.name.value
        exempt = name.startswith("__")
        if node.selection_set is None:
            return NOTHING if exempt else LEAF
        field = self.schema.get_field(parent, name) if is_composite_type(parent) else None
        inside = self._selections(node.selection_set.selections, get_named_type(field.type) if field else None)
        if exempt:
            return Measure(aliases=inside.aliases, directives=inside.directives)
        page = self._page(node, field) if field else 1
        heavy = HEAVY.get(name, 0) if parent is self.schema.query_type else 0
        return Measure(inside.depth + 1, inside.aliases, inside.directives, 1 + heavy + page * inside.cost)

    def _fragment(self, name: str) -> Measure:
        if name not in self.fragments:
            self.fragments[name] = NOTHING  # until it is known: a cycle counts nothing
            if definition := self.definitions.get(name):
                inside = self._selections(
                    definition.selection_set.selections,
                    self.schema.get_type(definition.type_condition.name.value),
                )
                directives = inside.directives + len(definition.directives or ())
                self.fragments[name] = Measure(inside.depth, inside.aliases, directives, inside.cost)
        return self.fragments[name]

    def _page(self, node: FieldNode, field: GraphQLField) -> int:
        """How many items the field may answer with: its `first`, or the length of its `ids`; one by its `number`."""
        if any(argument.name.value == "number" and self._is_given(argument) for argument in node.arguments or ()):
            return 1
        for name in ("first", "ids"):
            if name in field.args:
                default = field.args[name].default_value
                for argument in node.arguments or ():
                    if argument.name.value == name:
                        return self._size(argument, default)
                return _clamped(default)
        return 1

    def _is_given(self, argument: ArgumentNode) -> bool:
        """Whether it isn't null."""
        value: ValueNode | None = argument.value
        if isinstance(value, VariableNode):
            given = self.variables.get(value.name.value, Undefined)
            if given is not Undefined:
                return given is not None
            defaults = self.defaults.get(value.name.value, [None])
            return not any(one is None or isinstance(one, NullValueNode) for one in defaults)
        return not isinstance(value, NullValueNode)

    def _size(self, argument: ArgumentNode, default: object) -> int:
        if not isinstance(argument.value, VariableNode):
            return _written(argument.value, default)
        name = argument.value.name.value
        given = self.variables.get(name, Undefined)
        if given is not Undefined:
            return len(given) if isinstance(given, list) else _clamped(given)
        # Whichever operation spreads the fragment.
        return max(_written(value, default) for value in self.defaults.get(name, [None]))


def _written(value: ValueNode | None, default: object) -> int:
    """The page size that stands in the document; `default` where none does."""
    if value is None:
        return _clamped(default)
    if isinstance(value, ListValueNode):
        return len(value.values)
    # Nine digits tell a page size from a number that Python refuses to convert.
    return _clamped(int(value.value[:9])) if isinstance(value, IntValueNode) else MAX_PAGE


def excesses(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> list[GraphQLError]:
    """One BAD_USER_INPUT error for each limit that the first operation or fragment over any of them is over."""
    measures = Measuring(schema, document, variables).measures()
    return next((errors for measure in measures if (errors := _excesses(measure))), [])


def _excesses(measured: Measure) -> list[GraphQLError]:
    return [
        GraphQLError(
            f"The query's {limit} is {found}; the maximum is {maximum}.",
            extensions={"code": BAD_USER_INPUT, "limit": limit, "found": found, "maximum": maximum},
        )
        for limit in Measure._fields
        if (found := min(getattr(measured, limit), MOST_TOLD)) > (maximum := getattr(LIMITS, limit))
    ]


class StorableLiteralsRule(ASTValidationRule):
    """Refuses literals that JSON can't carry either: text holding NUL, numbers beyond a double."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        """PostgreSQL can't store NUL."""
        if "\0" in node.value:
            self.report_error(GraphQLError("Text must not contain the NUL character.", node))

    def enter_int_value(self, node: IntValueNode | FloatValueNode, *_: Any) -> None:
        """A number that a double can't hold would arrive as infinity."""
        if isinf(float(node.value)):
            self.report_error(GraphQLError("The number is too large.", node))

    enter_float_value = enter_int_value


class _CachedParser(ParserCache):
    """Parses each text once. A text that doesn't parse is left to strawberry, which reports it properly."""

    def __init__(self) -> None:
        super().__init__(maxsize=CACHED_DOCUMENTS)

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        with suppress(GraphQLError):
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        yield


class _Limits(ValidationCache):
    """Refuses a document over the limits, else validates each once.

    The limits depend on the request's page sizes and are not cached; the validation doesn't, and is.
    """

    def __init__(self) -> None:
        super().__init__(maxsize=CACHED_DOCUMENTS)

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        if context.pre_execution_errors:  # it was one too many
            yield
            return
        if document:
            schema = context.schema._schema  # strawberry has no public way to it
            if errors := excesses(schema, document, context.variables or {}):
                context.pre_execution_errors = errors
                yield
                return
        yield from super().on_validate()


def hardening() -> list[Callable[[], SchemaExtension]]:
    """The schema's extensions: limits on tokens and on what is asked for, literals, bounded caches."""
    return [
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        _CachedParser,
        lambda: AddValidationRules([StorableLiteralsRule]),
        _Limits,
    ]
