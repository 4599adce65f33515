"""Reads a playbook file, with every mistake explained by line, into one frozen value."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Any

from lianfang.base.playbooks.checks import run_checks
from lianfang.base.playbooks.decode import decode
from lianfang.base.playbooks.model.playbook import Playbook
from lianfang.base.playbooks.problems import Mistake, Place, PlaybookError
from lianfang.base.playbooks.yamltree import read_yaml
from lianfang.kernel.errors import LianfangError

MOST_BYTES = 2_000_000  # ours has some 40 kB; a larger file is a mistake or an attack


def parse_playbook(text: str) -> tuple[Playbook | None, tuple[Mistake, ...]]:
    """A playbook and no mistakes, or None and all mistakes in the order of lines.

    Mistakes of shape are found everywhere; rules between entries are checked in every section whose shape is right.
    """
    tree, mistakes = read_yaml(text)
    if tree is None:
        return None, tuple(mistakes)
    draft = decode(Playbook, tree)
    run_checks(draft)
    if draft.mistakes:
        return None, tuple(sorted(draft.mistakes, key=lambda mistake: mistake.place))
    sections: dict[str, Any] = draft.sections
    return Playbook(**sections), ()


def load_playbook(path: FilePath) -> Playbook:
    """A playbook from a file; raises PlaybookError with all its mistakes, or playbook.unreadable."""
    playbook, mistakes = parse_playbook(read_text(path))
    if playbook is None:
        raise PlaybookError(path.name, mistakes)
    return playbook


def check_file(path: FilePath) -> tuple[Mistake, ...]:
    """All mistakes of a file, in the order of lines; raises playbook.unreadable."""
    return parse_playbook(read_text(path))[1]


def read_text(path: FilePath) -> str:
    """The text of a playbook file; raises playbook.unreadable when there is none, it is too large or not UTF-8."""
    try:
        raw = path.read_bytes()
        if len(raw) > MOST_BYTES:
            raise LianfangError("playbook.unreadable", file=path.name, reason=f"> {MOST_BYTES} bytes")
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise LianfangError("playbook.unreadable", file=path.name, reason=error.strerror or "?") from None
    except UnicodeDecodeError as error:
        raise LianfangError("playbook.unreadable", file=path.name, reason=f"UTF-8, byte {error.start}") from None


def shipped_names() -> tuple[str, ...]:
    """The names of the playbooks that come with the product."""
    folder = files("lianfang.base.playbooks") / "shipped"
    return tuple(sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")))


def shipped_path(name: str) -> FilePath:
    """The file of a playbook that comes with the product; raises playbook.unknown_name."""
    if name not in shipped_names():
        raise LianfangError("playbook.unknown_name", name=name[:40], known=", ".join(shipped_names()))
    return FilePath(str(files("lianfang.base.playbooks") / "shipped" / f"{name}.yaml"))


@lru_cache(maxsize=8)
def load_shipped(name: str) -> Playbook:
    """A playbook that comes with the product, read once per process; raises playbook.unknown_name."""
    return load_playbook(shipped_path(name))


__all__ = [
    "Mistake",
    "Place",
    "PlaybookError",
    "check_file",
    "load_playbook",
    "load_shipped",
    "parse_playbook",
    "shipped_names",
    "shipped_path",
]
