"""A YAML text as plain maps, lists and scalars that remember their lines.

Plain scalars read by the core schema of YAML 1.2, so `no` is a text and `17:00` too; dates as YYYY-MM-DD. Nothing in a
file can make an object: an unknown tag leaves a text, a map or a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lianfang.base.playbooks.problems import Mistake, Path, Place
from lianfang.kernel.errors import LianfangError

MOST_DEPTH = 40  # a playbook needs fewer than 12; more means an anchor that holds itself


class YamlMap(dict[str, Any]):
    """A map; places: where each key stands."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, Place] = {}


class YamlList(list[Any]):
    """A list; places: where each item stands."""

    def __init__(self, items: list[Any] | None = None) -> None:
        super().__init__(items or [])
        self.places: list[Place] = []


def read_yaml(text: str) -> tuple[YamlMap | None, list[Mistake]]:
    """The tree of a YAML text whose top is a map, or the mistakes that keep it from being one."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(str(error.problem or error.context or "?").split())
        return None, [Mistake(_place(mark), (), LianfangError("playbook.not_yaml", reason=reason))]
    except (YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0][:200]
        return None, [Mistake(Place(1, 1), (), LianfangError("playbook.not_yaml", reason=reason))]
    builder = _Builder()
    tree = builder.build(node, ()) if node is not None else None
    if not isinstance(tree, YamlMap):
        builder.mistakes.append(Mistake(Place(1, 1), (), LianfangError("playbook.not_map", value=shown(tree))))
    return (None if builder.mistakes else tree), builder.mistakes


def shown(value: object) -> str:
    """A wrong value as a sentence repeats it: one line, 40 characters at most."""
    text = "-" if value is None else "…" if isinstance(value, YamlMap | YamlList) else str(value)
    return " ".join(text.split())[:40]


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)


class _Builder:
    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def build(self, node: Node, path: Path) -> Any:
        if len(path) > MOST_DEPTH:
            if not self.mistakes:  # one sentence is enough for a tree that holds itself
                self.mistakes.append(Mistake(_place(node.start_mark), path[:4], LianfangError("playbook.too_deep")))
            return None
        if isinstance(node, MappingNode):
            return self._map(node, path)
        if isinstance(node, SequenceNode):
            found = YamlList()
            for number, item in enumerate(node.value):
                found.append(self.build(item, (*path, number)))
                found.places.append(_place(item.start_mark))
            return found
        return _scalar(str(node.value), quoted=isinstance(node, ScalarNode) and node.style is not None)

    def _map(self, node: MappingNode, path: Path) -> YamlMap:
        found = YamlMap()
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else "?"
            place = _place(key_node.start_mark)
            if key in found:
                self.mistakes.append(Mistake(place, (*path, key), LianfangError("playbook.duplicate_key", key=key)))
            found[key] = self.build(value_node, (*path, key))
            found.places[key] = place
        return found


_PLAIN: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"(~|null|Null|NULL|)"), lambda text: None),
    (re.compile(r"(true|True|TRUE|false|False|FALSE)"), lambda text: text.lower() == "true"),
    (re.compile(r"[-+]?[0-9]{1,18}"), int),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?"), float),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), date.fromisoformat),
)


def _scalar(text: str, *, quoted: bool) -> Any:
    if quoted:
        return text
    for pattern, read in _PLAIN:
        if pattern.fullmatch(text):
            try:
                return read(text)
            except ValueError:  # a date that does not exist stays a text and is refused where a date is needed
                return text
    return text
