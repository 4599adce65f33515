"""From a YAML file with line numbers to the frozen structures of `model`, collecting every mistake on the way.

A value with a mistake makes its enclosing item fail, but reading goes on: one pass finds all that is wrong with the
shape of a file. `Draft.dirty` names the sections that failed, so that later checks leave them alone.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from lianfang.base.playbooks.formulas import parse_formula, parse_identity
from lianfang.base.playbooks.model.common import Sourced
from lianfang.base.playbooks.problems import Mistake, Path, Place, nearest
from lianfang.base.playbooks.yamltree import YamlList, YamlMap, shown
from lianfang.kernel.clock import parse_cutoff
from lianfang.kernel.errors import LianfangError

_KEY = re.compile(r"[a-z][a-z0-9_-]*")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class _Failed:
    """The value of something with a mistake inside."""


FAILED = _Failed()


@dataclass
class Draft:
    """What came out of a file: values by section, the place of every entry, all mistakes, the sections that failed."""

    sections: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    dirty: set[str] = field(default_factory=set)

    def place(self, path: Path) -> Place:
        """The place of an entry, or of the nearest entry around it."""
        while path not in self.places:
            path = path[:-1]
        return self.places[path]

    def add(self, path: Path, error: LianfangError) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(place=self.place(path), path=path, error=error))


def decode(kind: type[msgspec.Struct], tree: YamlMap) -> Draft:
    """The sections of a structure of this kind; see `Draft`."""
    draft = Draft(places={(): Place(1, 1)})
    _Decoder(draft).sections(kind, tree)
    return draft


@dataclass(frozen=True)
class _Origin:
    """Source and confidence of the nearest enclosing item, which items without their own take over."""

    src: tuple[str, ...] = ()
    conf: str | None = None


class _Decoder:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def sections(self, kind: type[msgspec.Struct], tree: YamlMap) -> None:
        self._note_places((), tree)
        values = self._fields(kind, tree, (), _Origin())
        self._draft.sections = {name: value for name, value in values.items() if value is not FAILED}
        self._draft.dirty |= {name for name, value in values.items() if value is FAILED}

    def _fail(self, path: Path, code: str, **values: str | int | float) -> _Failed:
        self._draft.add(path, LianfangError(code, **values))
        return FAILED

    def _note_places(self, path: Path, node: YamlMap | YamlList) -> None:
        places = node.places.items() if isinstance(node, YamlMap) else enumerate(node.places)
        for position, place in places:
            self._draft.places[(*path, position)] = place

    # ------------------------------------------------------------------------------------------- one value

    def value(self, kind: Any, node: Any, path: Path, origin: _Origin) -> Any:
        """A value of a kind (a type with markers), or FAILED."""
        if get_origin(kind) is Annotated:
            base, marker = get_args(kind)
            return self._marked(base, marker, node, path, origin)
        if kind in _SCALARS:
            return _SCALARS[kind](self, node, path)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(kind, node, path, origin)
        return self._composed(kind, node, path, origin)

    def _composed(self, kind: Any, node: Any, path: Path, origin: _Origin) -> Any:
        if get_origin(kind) is Literal:
            return self._choice(get_args(kind), node, path)
        if get_origin(kind) is tuple:
            return self._tuple(get_args(kind), node, path, origin)
        if get_origin(kind) is Mapping:
            return self._mapping(get_args(kind)[1], node, path, origin)
        if node is None:  # what is left is `X | None`
            return None
        return self.value(next(k for k in get_args(kind) if k is not types.NoneType), node, path, origin)

    def _marked(self, base: Any, marker: str, node: Any, path: Path, origin: _Origin) -> Any:
        if marker == "one or many":
            return self.value(base, node if isinstance(node, YamlList) else _one(node), path, origin)
        found = self.value(str, node, path, origin) if marker != "cutoffs" else self.value(base, node, path, origin)
        if found is FAILED:
            return FAILED
        if marker == "key":
            return found if _KEY.fullmatch(found) else self._fail(path, "playbook.not_key", value=shown(found))
        try:
            if marker == "cutoffs":
                for cutoff in found:
                    parse_cutoff(cutoff)
                return found
            return parse_formula(found) if marker == "formula" else parse_identity(found)
        except LianfangError as error:
            self._draft.add(path, error)
            return FAILED

    def _choice(self, allowed: tuple[str, ...], node: Any, path: Path) -> Any:
        if isinstance(node, str) and node in allowed:
            return str(node)
        self._draft.add(
            path, nearest("playbook.not_a_choice", shown(node), allowed, allowed=", ".join(filter(None, allowed)))
        )
        return FAILED

    def _tuple(self, kinds: tuple[Any, ...], node: Any, path: Path, origin: _Origin) -> Any:
        if not isinstance(node, YamlList):
            return self._fail(path, "playbook.not_list", value=shown(node))
        self._note_places(path, node)
        pair = Ellipsis not in kinds
        if pair and len(node) != len(kinds):
            return self._fail(path, "playbook.not_pair", value=shown(", ".join(map(shown, node))))
        found = [self.value(kinds[0], item, (*path, number), origin) for number, item in enumerate(node)]
        if FAILED in found:
            return FAILED
        if pair and found[0] > found[1]:
            return self._fail(path, "playbook.range_upside_down")
        return tuple(found)

    def _mapping(self, kind: Any, node: Any, path: Path, origin: _Origin) -> Any:
        if not isinstance(node, YamlMap):
            return self._fail(path, "playbook.not_map", value=shown(node))
        self._note_places(path, node)
        found = {str(key): self.value(kind, item, (*path, key), origin) for key, item in node.items()}
        return FAILED if FAILED in found.values() else types.MappingProxyType(found)

    # ---------------------------------------------------------------------------------------- structures

    def _struct(self, kind: type[msgspec.Struct], node: Any, path: Path, origin: _Origin) -> Any:
        if not isinstance(node, YamlMap):
            return self._fail(path, "playbook.not_map", value=shown(node))
        self._note_places(path, node)
        if issubclass(kind, Sourced):
            origin = self._origin(node, origin)
        values = self._fields(kind, node, path, origin)
        if issubclass(kind, Sourced):
            self._complete_origin(values, path, origin)
        return FAILED if FAILED in values.values() else kind(**values)

    def _fields(self, kind: type[msgspec.Struct], node: YamlMap, path: Path, origin: _Origin) -> dict[str, Any]:
        known = {info.encode_name: info for info in msgspec.structs.fields(kind)}
        for word in node:
            if word not in known:
                error = nearest("playbook.unknown_key", shown(word), known)
                if node[word] is None and " " in word:  # { en: stay inside, keep apart }: the comma ended the text
                    error = LianfangError("playbook.comma_unquoted", word=shown(word))
                self._draft.add((*path, word), error)
        values: dict[str, Any] = {}
        for word, info in known.items():
            if word in node:
                values[info.name] = self.value(info.type, node[word], (*path, word), origin)
            elif info.required:
                values[info.name] = self._missing(word, path)
        return values

    def _missing(self, word: str, path: Path) -> _Failed:
        if word in ("zh", "en"):
            return self._fail(path, f"playbook.{word}_missing")
        return self._fail(path, "playbook.missing_key", key=word)

    def _origin(self, node: YamlMap, around: _Origin) -> _Origin:
        src, conf = node.get("src"), node.get("conf")
        if src is None and conf is None:
            return around
        sources = map(str, src) if isinstance(src, YamlList) else [] if src is None else [str(src)]
        return _Origin(tuple(sources), conf or around.conf)

    def _complete_origin(self, values: dict[str, Any], path: Path, origin: _Origin) -> None:
        """Give an item the source and confidence that hold for it, and insist on both."""
        if FAILED in (values.get("src"), values.get("conf")):
            return
        values["src"], values["conf"] = origin.src, origin.conf
        if origin.conf is None:
            self._fail(path, "playbook.confidence_missing")
        elif origin.conf in ("v", "s") and not origin.src:
            self._fail(path, "playbook.source_missing", conf=origin.conf)

    # ------------------------------------------------------------------------------------------- scalars

    def text(self, node: Any, path: Path) -> Any:
        if not isinstance(node, str):
            return self._fail(path, "playbook.not_text", value=shown(node))
        word = path[-1] if path else ""
        if not node.strip():
            missing = f"playbook.{word}_missing" if word in ("zh", "en") else "playbook.empty_text"
            return self._fail(path, missing)
        if word == "en" and _CHINESE.search(node):
            return self._fail(path, "playbook.en_has_chinese", value=shown(node))
        return " ".join(node.split())

    def whole_number(self, node: Any, path: Path) -> Any:
        if isinstance(node, bool) or not isinstance(node, int) or node < 0:
            return self._fail(path, "playbook.not_whole_number", value=shown(node))
        return int(node)

    def number(self, node: Any, path: Path) -> Any:
        if isinstance(node, bool) or not isinstance(node, int | float) or not 0 <= node < float("inf"):
            return self._fail(path, "playbook.not_number", value=shown(node))
        return float(node)

    def yes_no(self, node: Any, path: Path) -> Any:
        return node if isinstance(node, bool) else self._fail(path, "playbook.not_yes_no", value=shown(node))

    def day(self, node: Any, path: Path) -> Any:
        return node if isinstance(node, date) else self._fail(path, "playbook.not_date", value=shown(node))


def _one(node: Any) -> Any:
    if node is None:
        return node
    return YamlList([node])


_SCALARS: dict[Any, Callable[[_Decoder, Any, Path], Any]] = {
    str: _Decoder.text,
    int: _Decoder.whole_number,
    float: _Decoder.number,
    bool: _Decoder.yes_no,
    date: _Decoder.day,
}
