"""Every number says where it comes from, and every source it names is in the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from lianfang.base.playbooks.checks.common import check_reference
from lianfang.base.playbooks.decode import Draft
from lianfang.base.playbooks.model.common import Sourced
from lianfang.base.playbooks.problems import Path, nearest


def check_sources(draft: Draft) -> None:
    """Source ids are known; `conf_of` and `changed` speak of fields that exist."""
    known = set(draft.sections.get("sources", ()))
    for path, item in walk(draft.sections, ()):
        if not isinstance(item, Sourced):
            continue
        if "sources" in draft.sections and (*path, "src") in draft.places:
            for number, word in enumerate(item.src):
                check_reference(draft, (*path, "src", number), word, known, "sources")
        fields = {info.encode_name for info in msgspec.structs.fields(item)}
        for word in item.conf_of:
            if word not in fields:
                draft.add((*path, "conf_of", word), nearest("playbook.unknown_key", word, fields))
        for number, change in enumerate(item.changed):
            if change.field not in fields:
                draft.add((*path, "changed", number), nearest("playbook.unknown_key", change.field, fields))


def walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every structure inside a value with its path in the file, outermost first."""
    if isinstance(value, msgspec.Struct):
        yield path, value
        for info in msgspec.structs.fields(value):
            yield from walk(getattr(value, info.name), (*path, info.encode_name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from walk(item, (*path, number))
