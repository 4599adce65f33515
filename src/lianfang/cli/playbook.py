"""`lianfang playbook check|show FILE`: what is wrong with a playbook, line by line, and what it says."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lianfang.base.playbooks import api
from lianfang.base.playbooks.loader import parse_playbook, read_text
from lianfang.base.playbooks.show import show_lines
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError

if TYPE_CHECKING:
    from lianfang.kernel.errors import Language

DONE, REFUSED = 0, 1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `playbook` with its two verbs to the command's parsers."""
    parser = subparsers.add_parser("playbook", help="检查、查看预案 check or show a playbook")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, help_text in (
        ("check", "逐行指出错误 explain every mistake by line"),
        ("show", "查看内容 show what it says"),
    ):
        own = verbs.add_parser(verb, help=help_text)
        own.add_argument("file", metavar="FILE", help="YAML 文件或内置预案名 a file or the name of a shipped playbook")
        own.add_argument("--language", choices=("zh", "en"), default="zh", help="语言 language")
        if verb == "show":
            own.add_argument("--day", type=date.fromisoformat, help="按哪天的版本 YYYY-MM-DD, today unless given")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; 0 done, 1 refused with the reasons on stderr."""
    language: Language = args.language
    try:
        path = _path(args.file)
        if args.verb == "check":
            return _check(path, language)
        day = args.day or beijing_day(datetime.now(UTC))
        for line in show_lines(api.load_playbook(path), day, language):
            print(line)
    except api.PlaybookError as error:
        _print_mistakes(path, error.mistakes, language)
        print(error.render(language), file=sys.stderr)
        return REFUSED
    except LianfangError as error:
        print(error.render(language), file=sys.stderr)
        return REFUSED
    return DONE


def _path(word: str) -> Path:
    """The file itself, or the shipped playbook of that name when there is no such file."""
    path = Path(word)
    if path.exists() or path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        return path
    return api.shipped_path(word)


def _check(path: Path, language: Language) -> int:
    playbook, mistakes = parse_playbook(read_text(path))
    if playbook is None:
        raise api.PlaybookError(path.name, mistakes)
    columns = sum(len(form.columns) for form in playbook.reports.forms)
    counts = (len(playbook.editions), len(playbook.reports.forms), columns)
    if language == "zh":
        print(f"{path.name}：没有发现错误（{counts[0]}个版本，{counts[1]}张报表，{counts[2]}列）")
    else:
        print(f"{path.name}: no mistakes found ({counts[0]} editions, {counts[1]} report forms, {counts[2]} columns)")
    return DONE


def _print_mistakes(path: Path, mistakes: tuple[api.Mistake, ...], language: Language) -> None:
    for mistake in mistakes:
        print(f"{path.name}:{mistake.render(language)}", file=sys.stderr)
