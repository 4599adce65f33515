"""`lianfang init`: a real start. Divisions, roles and schema, keys, and three administrators who are three people."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from lianfang.cli import papers, runtime
from lianfang.kernel.errors import LianfangError, define

MARK: Final = "init.json"
ROOM: Final = 2 * 1024**3
"""Bytes that a start needs on its disk: an assumption, the log of the database alone may take one of them."""
DUTIES: Final = (
    ("system_admin", "--system-admin", "系统管理员 system administrator"),
    ("security_admin", "--security-admin", "安全管理员 security administrator"),
    ("audit_admin", "--audit-admin", "审计管理员 audit administrator"),
)
OURS: Final = {
    "postgres", "keys", "static", "measures", "tls", "uploads", "pgpass", "secret", "server.log", "postgres.log",
    "server.lock", "address", MARK,
}  # fmt: skip
"""What a data folder holds before its first account."""

define(
    "init.county_unknown",
    status=422,
    zh="内置区划中没有“{asked}”。内置：扶沟县411621，沧州市130900、唐山市130200及其各县区。"
    "其他地方请用 --divisions 文件 --county 代码。",
    en="The shipped divisions have no '{asked}'. Shipped: Fugou 411621, Cangzhou 130900 and Tangshan 130200 with all their counties. "
    "For another place give --divisions FILE --county CODE.",
)
define(
    "init.county_ambiguous",
    status=422,
    zh="有多个“{asked}”。请用代码指明：{codes}。",
    en="There are several places called '{asked}'. Give the code: {codes}.",
)
define(
    "init.other_county",
    status=409,
    zh="这个数据目录的初始化是为{begun}开始的。请用同一个县继续，或换一个数据目录。",
    en="In this data folder the start was begun for {begun}. Go on with the same county, or choose another data folder.",
)
define(
    "init.folder_foreign",
    status=409,
    zh="目录{folder}里有别的文件（{example}），不是空目录。请换一个目录，没有改动任何文件。",
    en="The folder {folder} holds other files ({example}). Choose an empty one; nothing was changed.",
)
define(
    "init.is_drill",
    status=409,
    zh="目录{folder}是演练数据，不能作为正式系统。请换一个目录。",
    en="The folder {folder} holds a drill and can't become the real system. Choose another folder.",
)
define(
    "init.no_room",
    status=507,
    zh="磁盘只剩{free}GB，至少需要{needed}GB。请清理或换一个磁盘。",
    en="The disk has {free} GB left, at least {needed} GB are needed. Make room or choose another disk.",
)
define(
    "init.founder_malformed",
    status=422,
    zh="{option} 应写成“姓名:账号”，例如 {option} 王芳:wangfang。",
    en="{option} is written NAME:USER, for example {option} 'Wang Fang:wangfang'.",
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("init", help="a real start: divisions, roles and schema, keys, three administrators")
    parser.add_argument("--county", metavar="CODE", help="county or city, by code or name")
    parser.add_argument("--divisions", type=Path, metavar="FILE", help="a division list of your own (CSV)")
    parser.add_argument("--edition", type=int, default=2020, metavar="YEAR", help="edition of the divisions")
    for _role, option, words in DUTIES:
        parser.add_argument(option, metavar="NAME:USER", help=words)
    parser.add_argument("--slips", type=Path, metavar="FILE", help="write the slips to print as .html as well")
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Start, or go on with a start that was interrupted; the last step makes the accounts, all three or none."""
    began = time.monotonic()
    data: Path = args.data.resolve()
    check_folder(data)
    ask = _asker() if sys.stdin.isatty() else None
    rows, name, code = _county(args, ask)
    _check_begun(data, code)
    given = {role: getattr(args, role) for role, _, _ in DUTIES}
    missing = [option for role, option, _ in DUTIES if not given[role]]
    if missing and ask is None:
        print(f"needed: {' '.join(missing)} (NAME:USER each)", file=sys.stderr)
        return 2
    with runtime.database(data, say=print) as target:
        runtime.prepare(target)
        from lianfang.base.access import founding  # Django is ready only now
        from lianfang.base.areas.api import load_divisions

        if founding.founded():
            raise LianfangError("founding.done_already")
        founders = _founders(given, ask)
        _mark(data, code, name, state="begun")
        paper = papers.reserve(args.slips)
        count = load_divisions(rows, edition=args.edition)
        print(f"{name}: {count} 个区划 divisions")
        made = founding.found(founders)
        _mark(data, code, name, state="done")
        address = papers.address_of(data)
        print("\n三张一次性纸条，请当面交给本人 · three one-time slips, to be handed over in person")
        papers.tell([_titled(slip, words) for slip, (_, _, words) in zip(made, DUTIES, strict=True)], address)
        if paper is not None:
            papers.write(paper, made, address)
    print(f"\n密钥在 keys are in {data / 'keys'}: 请单独备份，与数据分开保管 · back them up apart from the data")
    print(f"下一步 next: lianfang serve --data {data} --tls   ({time.monotonic() - began:.0f} s)")
    return 0


def check_folder(data: Path) -> None:
    """Refuse a folder that is a drill, holds other files, or has no room.

    Raises init.is_drill, init.folder_foreign, init.no_room, data.folder_unusable.
    """
    if (data / runtime.DRILL_MARK).exists():
        raise LianfangError("init.is_drill", folder=str(data))
    runtime.make_folder(data)
    if not (data / MARK).exists():
        others = sorted(path.name for path in data.iterdir() if path.name not in OURS)
        if others:
            raise LianfangError("init.folder_foreign", folder=str(data), example=others[0])
    free = shutil.disk_usage(data).free
    if free < ROOM:
        raise LianfangError("init.no_room", free=f"{free / 1024**3:.1f}", needed=ROOM // 1024**3)


def choose_county(asked: str, lists: dict[str, Sequence[Any]]) -> tuple[list[Any], str, str]:
    """The divisions of a county or city with what is above it, its name and its 12-digit code.

    lists: division lists by their everyday names. Raises init.county_unknown, init.county_ambiguous.
    """
    from lianfang.kernel.divisions import short_name

    plain = asked.strip().lower()
    found = []
    for title, rows in lists.items():
        top = min(rows, key=lambda row: row.level)
        for row in rows:
            if row.level > 3:
                continue
            words = {
                row.name,
                short_name(row.name),
                row.name.rstrip("县市区"),
                row.code,
                row.code.rstrip("0"),
                row.code[:6],
            }
            if plain in words | ({title} if row is top else set()):
                found.append((row, rows))
    if not found:
        raise LianfangError("init.county_unknown", asked=asked)
    if len(found) > 1:
        raise LianfangError("init.county_ambiguous", asked=asked, codes=" ".join(row.code[:6] for row, _ in found))
    [(chosen, rows)] = found
    length = {1: 2, 2: 4, 3: 6}[chosen.level]
    above = {chosen.code[:size].ljust(12, "0") for size in (2, 4, 6) if size <= length}
    kept = [row for row in rows if row.code.startswith(chosen.code[:length]) or row.code in above]
    return kept, chosen.name, chosen.code


def _county(args: argparse.Namespace, ask: Callable[[str], str] | None) -> tuple[list[Any], str, str]:
    from lianfang.base.areas.services import SHIPPED, read_divisions, shipped_divisions

    if args.divisions is not None and not args.divisions.is_file():
        raise LianfangError("import.file_missing", path=str(args.divisions))
    lists: dict[str, Sequence[Any]]
    if args.divisions is not None:
        lists = {args.divisions.stem: read_divisions(args.divisions)}
    else:
        lists = {name: shipped_divisions(name, args.edition) for name in SHIPPED}
    while True:
        asked = args.county or (ask("县市名称或代码 county or city, name or code: ") if ask else "")
        if not asked and ask is None:
            raise LianfangError("init.county_unknown", asked="")
        try:
            return choose_county(asked, lists)
        except LianfangError as error:
            if args.county or ask is None:
                raise
            print(error.render("zh"), error.render("en"), sep="\n", file=sys.stderr)


def _founders(given: dict[str, str | None], ask: Callable[[str], str] | None) -> list[Any]:
    from lianfang.base.access.founding import Founder, checked

    made: list[Founder] = []
    for role, option, words in DUTIES:
        text = given[role]
        if text:
            name, sign, username = text.replace("：", ":").partition(":")
            if not sign:
                raise LianfangError("init.founder_malformed", option=option)
        elif ask is not None:
            name, username = ask(f"{words}\n  姓名 name: "), ask("  账号 user name: ")
        made.append(Founder(role, name, username))
    return checked(made)


def _asker() -> Callable[[str], str]:
    return lambda question: input(question).strip()


def _check_begun(data: Path, code: str) -> None:
    kept = data / MARK
    if not kept.exists():
        return
    told = json.loads(kept.read_text("utf-8"))
    if told["county"] != code and told["state"] == "begun":
        raise LianfangError("init.other_county", begun=f"{told['name']} {told['county'][:6]}")


def _mark(data: Path, code: str, name: str, *, state: str) -> None:
    draft = data / (MARK + ".new")
    draft.write_text(json.dumps({"state": state, "county": code, "name": name}, ensure_ascii=False), "utf-8")
    draft.replace(data / MARK)


def _titled(slip: Any, words: str) -> Any:
    from dataclasses import replace

    return replace(slip, role=words)
