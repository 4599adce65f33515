"""Templates are kept once a language, with everything in them that can't change worked out when they are read.

A table of two hundred rows repeats its labels, icons and addresses in every cell; asking the catalogue for each of them
took most of the time of a page. What depends on the language and the release alone becomes text here, and neighbouring
texts become one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any, TypeVar

from django.conf import settings
from django.template import Context, Template
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    Variable,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import CommentNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.template.smartif import TokenBase
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

Tag = TypeVar("Tag", bound=Callable[..., Any])
_MARK = "depends_on_language_only"


def constant(tag: Tag) -> Tag:
    """Mark a simple tag whose output depends on its arguments and the language alone."""
    setattr(tag, _MARK, True)
    return tag


class Folding(base.Loader):
    """Reads a template and folds it before anybody else sees it."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        fold(template.nodelist)
        return template


class Loader(cached.Loader, Folding):
    """Keeps folded templates, one a language."""

    def cache_key(self, template_name: str, skip: Any = None) -> str:
        return f"{get_language()}-{super().cache_key(template_name, skip)}"


def fold(nodes: NodeList) -> None:
    """Replace constant tags by their text in the active language and join neighbouring texts, in place."""
    made: list[Node] = []
    for node in nodes:
        for value in vars(node).values():
            _quicken(value)
        for inner in _lists_in(node):
            fold(inner)
        text = _text_of(node)
        if text is None:
            made.append(Words(node) if _is_plain(node) else node)
        elif made and type(made[-1]) is TextNode:
            made[-1] = _text_node(made[-1].s + text, made[-1])
        elif text:
            made.append(_text_node(text, node))
    nodes[:] = made


class Quick(Variable):
    """A name of the context and attributes or keys after it, found without raising on the way; all else as Django does.

    Django asks every object for a key before it asks for an attribute, and looks a missing name up in four ways.
    """

    __slots__ = ("first", "rest")

    def __init__(self, like: Variable) -> None:
        for name in Variable.__slots__:
            setattr(self, name, getattr(like, name))
        names: tuple[str, ...] = like.lookups
        self.first, self.rest = names[0], names[1:]

    def resolve(self, context: Context) -> Any:
        """The value; raises VariableDoesNotExist."""
        first = self.first
        for scope in reversed(context.dicts):
            if first in scope:
                value = scope[first]
                break
        else:
            raise VariableDoesNotExist("Failed lookup for key [%s]", (first,))
        for step in self.rest:
            kind = type(value)
            if callable(value) or (kind is not dict and hasattr(kind, "__getitem__")):
                return super().resolve(context)
            try:
                value = value[step] if kind is dict else getattr(value, step)
            except Exception:  # Django knows what a template says then
                return super().resolve(context)
        return super().resolve(context) if callable(value) else value


class Words(VariableNode):
    """A variable without filters: text is escaped and a whole number written at once; all else goes the way of Django's node."""

    def __init__(self, node: VariableNode) -> None:
        super().__init__(node.filter_expression)
        self.token, self.origin = node.token, node.origin
        self.variable = node.filter_expression.var

    def render(self, context: Context) -> SafeString:
        try:
            value = self.variable.resolve(context)
        except VariableDoesNotExist:
            return super().render(context)
        if type(value) is SafeString:
            return value
        if type(value) is str and context.autoescape:
            return SafeString(escape(value))
        if type(value) is int and not settings.USE_THOUSAND_SEPARATOR:
            return SafeString(value)
        return SafeString(render_value_in_context(value, context))


def _quicken(given: object) -> None:
    """Put quick variables into every expression of a node, in place."""
    if isinstance(given, FilterExpression):
        given.var = _quick(given.var)
        given.filters = [
            (filter_, [(is_variable, _quick(value)) for is_variable, value in values])
            for filter_, values in given.filters
        ]
    elif isinstance(given, TokenBase):
        for part in (given.value, given.first, given.second):
            _quicken(part)
    elif isinstance(given, dict):
        for part in given.values():
            _quicken(part)
    elif isinstance(given, (list, tuple)) and not isinstance(given, NodeList):
        for part in given:
            _quicken(part)


def _quick(given: Any) -> Any:
    """A variable that is looked up and not translated, made quick; anything else as it is."""
    plain = type(given) is Variable and given.lookups is not None and not given.translate
    return Quick(given) if plain else given


def _is_plain(node: Node) -> bool:
    if type(node) is not VariableNode:
        return False
    expression = node.filter_expression
    return not expression.filters and isinstance(expression.var, Variable) and not expression.var.translate


def _text_node(text: str, like: Node) -> TextNode:
    node = TextNode(text)
    node.token, node.origin = like.token, getattr(like, "origin", None)
    return node


def _lists_in(node: Node) -> Iterator[NodeList]:
    """The lists of nodes inside a node: bodies, branches, cases."""
    for value in vars(node).values():
        if isinstance(value, NodeList):
            yield value
        elif isinstance(value, (list, tuple)):
            for part in value:
                for inner in part if isinstance(part, tuple) else (part,):
                    if isinstance(inner, NodeList):
                        yield inner


def _text_of(node: Node) -> str | None:
    """The text a node will always render, None for all others."""
    if type(node) is TextNode:
        return str(node.s)
    if isinstance(node, (LoadNode, CommentNode)):
        return ""
    return str(node.render(Context())) if _is_constant(node) else None


def _is_constant(node: Node) -> bool:
    if isinstance(node, TranslateNode):
        return node.asvar is None and all(map(_is_literal, (node.filter_expression, node.message_context)))
    if type(node) is StaticNode:
        return node.varname is None and _is_literal(node.path)
    if type(node) is URLNode:
        return node.asvar is None and not node.args and not node.kwargs and _is_literal(node.view_name)
    if type(node) is SimpleNode:
        given = [*node.args, *node.kwargs.values()]
        return node.target_var is None and hasattr(node.func, _MARK) and all(map(_is_literal, given))
    return False


def _is_literal(given: FilterExpression | Variable | str | None) -> bool:
    if isinstance(given, FilterExpression):
        return not given.filters and _is_literal(given.var)
    return given is None or isinstance(given, str) or given.lookups is None
