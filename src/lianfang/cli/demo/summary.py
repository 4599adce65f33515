"""What the terminal shows at the end; the pages show the same figures from the same reads."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db import transaction
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from lianfang.base.access.pages import speaking
from lianfang.cli.demo.cast import CAST, COMMUNITY, COUNTY, PASSWORD, Company
from lianfang.domain.plans.kinds.deployment_words import sentence
from lianfang.domain.reports.api import counts, period_of, unit_report, units
from lianfang.domain.residents.api import building_names
from lianfang.domain.rounds.api import (
    Coverage,
    coverage_at,
    coverage_below,
    missing_people,
    pool,
    positive_pools,
    round_by_id,
)
from lianfang.domain.rounds.homes import homes_of_round
from lianfang.domain.rounds.pages import STATES
from lianfang.domain.rounds.playbook import outcome_words, reason_words
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import Language
from lianfang.kernel.ids import format_code, group_code

SHOWN = 12
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
HELD = {"refused": "未收下 refused", "needs_person": "待人工确认 needs a person"}
"""Verdicts on a row of a list of people that leave it out for now."""
CITIES = {"cangzhou": "沧州 Cangzhou", "tangshan": "唐山 Tangshan"}


def show(console: Console, told: dict[str, Any]) -> None:
    """Print coverage by level, the missing by name, the pool's story, who is late, the county's daily report."""
    from django.utils import translation

    company = Company()
    company.find()
    with translation.override("zh-hans"):
        _facts(console, told)
        deployments(console, told)
        _duty(console, told)
        _times(console, told)
        with transaction.atomic():
            company.enter("county")
            if "round" in told:
                _coverage(console, told)
            _doors(console, told)
            _late(console, told)
            _county_report(console, told)
        with transaction.atomic():
            company.enter("clerk")
            if "round" in told:
                _missing(console, told)
                _pool(console, told)
            _homes_left(console, told)


def deployments(console: Console, told: dict[str, Any]) -> None:
    """What deployments did, and how long each step took."""
    for title, one in (
        ("扶沟 Fugou", told.get("deployment")),
        (CITIES.get(str(told.get("city", {}).get("city", "")), ""), told.get("city")),
    ):
        if one:
            lines = [_placed(one), _waiting(one), _figures(one), *_denominators(one), _steps(one), _checked(one)]
            title = f"人员部署 deployment · {title} · {one['people']:,} 人 people · {one['units']:,} 个单位 units"
            console.print(Panel("\n".join(line for line in lines if line), title=title, title_align="left"))
            if len(one.get("counties", ())) > 1:
                console.print(_counties(one))


def _placed(one: dict[str, Any]) -> str:
    figures = one["figures"]
    seats = figures["placed"][0] + figures["empty"][0]
    return (
        f"已安排 placed {figures['placed'][0]:,} / {seats:,} 个名额 seats, {one['pairings']:,} 处 places · "
        f"空缺 empty {figures['empty'][0]:,} · 缺带队 without a lead {figures['without_lead'][0]:,}"
    )


def _waiting(one: dict[str, Any]) -> str:
    """Who has no place yet, and why."""
    count = one["figures"]["unplaced"][0]
    why = [f"{' '.join(_both(code, {}))}: {people:,}" for code, people in one.get("waiting", {}).items()]
    return f"未安排 not yet placed {count:,}" + (f"（{'；'.join(why)}）" if why else "")


def _figures(one: dict[str, Any]) -> str:
    words = {"at_home": "在本村 at home %", "in_township": "不出乡镇 in township %", "together": "同单位同地 together"}
    return " · ".join(
        f"{words[key]} {mine:,}" + (f"（手工 by hand {other:,}）" if other is not None else "")
        for key, (mine, other) in one["figures"].items()
        if key in words
    )


def _denominators(one: dict[str, Any]) -> list[str]:
    """What the list of divisions counts, and what documents count, each with its source."""
    if "documents" not in one:
        return []
    counted = {"listed": one["listed"], "counted": [each for each in one["documents"] if each[0] != "compounds"]}
    found = _both("remark.denominator", counted)
    if "compounds" in one:
        homes = {
            "registered": one["compounds"],
            "counted": [each for each in one["documents"] if each[0] == "compounds"],
        }
        found += _both("remark.compounds", homes)
    return found


def _both(code: str, values: dict[str, Any]) -> list[str]:
    """A sentence of the plan in Chinese and in English."""
    found = []
    for language in LANGUAGES:
        with speaking(language):
            found.append(sentence(code, values))
    return found


def _steps(one: dict[str, Any]) -> str:
    """What each step did, in which time."""
    taken = one["import"]
    held = {key: rows for key, rows in taken.get("verdicts", {}).items() if key in HELD and rows}
    lists = f"{taken['taken']:,} / {one['people']:,} 人收下 taken"
    if held:
        lists += "（" + "，".join(f"{HELD[key]} {rows:,}" for key, rows in held.items()) + "）"
    prepared = f"区划与账号 divisions, accounts {one['prepared']} s · " if "prepared" in one else ""
    if "registered" in one:
        prepared += f"小区台账 compounds {one['compounds']:,}, {one['registered']} s · "
    return (
        f"{prepared}名单 lists {lists}，{taken['seconds']} s · 计算 computed {one['computed']} s"
        f"（求解 solved {one['solved']} s，{_proof(one)}；至多 {one.get('stop', 60):.0f} s stop rule）· 采用 adopted {one['adopted']} s"
    )


def _proof(one: dict[str, Any]) -> str:
    return "已证明最优 proven" if one["status"] == "optimal" else f"距理论最优 gap {100 * (one['gap'] or 0):.2f} %"


def _checked(one: dict[str, Any]) -> str:
    """What the independent checker and the count from the tables say of the adopted plan."""
    if "broken" not in one:
        return ""
    return (
        f"独立核验 checked: {one['broken']} 条违反 rules broken · 与包联不符 differ from the pairings {one['differs']:,} · "
        f"内存峰值 peak memory {one['memory']:,} MiB"
    )


def _counties(one: dict[str, Any]) -> Table:
    table = Table("县（市、区） county", "已安排 placed", "名额 seats", "空缺 empty", title_justify="left")
    for path, placed, seats in one["counties"]:
        table.add_row(one["names"].get(path, path), f"{placed:,}", f"{seats:,}", f"{seats - placed:,}")
    return table


def _times(console: Console, told: dict[str, Any]) -> None:
    """How long each act took, where somebody asked for the documents' sizes."""
    if "city" in told:
        table = Table("一幕 act", "秒 seconds", title="用时 times", title_justify="left")
        for title, seconds in told.get("acts", ()):
            table.add_row(title, f"{seconds:,}")
        console.print(table)


def _duty(console: Console, told: dict[str, Any]) -> None:
    """Posts round the clock: how much was rostered in how long, and who stepped in."""
    one = told.get("duty")
    if not one:
        return
    lines = [
        f"排上 filled {one['places'] - one['open']:,} / {one['places']:,} 个班次位置 places · 空缺 open {one['open']} · "
        f"{one['people']} 人 people · 求解 solved {one['solved']} s · 全部 all {one['seconds']} s"
    ]
    if one.get("no_show"):
        lines.append(
            f"本班到岗 came {one['present']} · 未到 did not come {one['no_show']} · "
            f"{'已接替 replaced' if one['replaced'] else '无人可接替 nobody could'}（{one['could']} 人可选 could）"
        )
    title = f"昼夜值守 posts round the clock · {one['posts']} 个卡点 posts · {one['days']} 天 days"
    console.print(Panel("\n".join(lines), title=title, title_align="left"))


def show_logins(console: Console, address: str) -> None:
    """The address and the log-ins by role."""
    table = Table(
        "用户名 user", "角色 role", "范围 scope", title=f"{address}   密码 password: {PASSWORD}", title_justify="left"
    )
    for part in CAST:
        table.add_row(part.username, f"{part.name} · {part.role}", part.path or "–")
    console.print(table)
    console.print("Ctrl-C 停止 stops · --reset 重新开始 begins anew")


def _facts(console: Console, told: dict[str, Any]) -> None:
    imported = told["import"]
    verdicts = ", ".join(f"{name} {count}" for name, count in imported["counts"].items() if count)
    lines = [
        f"区划 divisions {told['divisions']} · 台账 register {imported['rows']} 行 rows: {verdicts} ({imported['seconds']} s)"
    ]
    if "shift" in told:
        lines += _shift(told)
    console.print(
        Panel("\n".join(lines), title="演练 drill · 人员全部虚构 all people are synthetic", title_align="left")
    )


def _shift(told: dict[str, Any]) -> list[str]:
    shift, staffing = told["shift"], told["staffing"]
    return [
        f"规划 plan: 采样点 sites {staffing['sites'][0]}–{staffing['sites'][1]}, "
        f"采样台 desks {staffing['tables'][0]}–{staffing['tables'][1]}, "
        f"采样员 samplers {staffing['samplers']}, 采样管 tubes {staffing['tubes']}",
        f"上传 uploads: {shift['calls']} 次 calls, 接收 accepted {shift['accepted']}, 重复 duplicate {shift['duplicate']}, "
        f"重复采样 sampled twice {shift['noted']}, 未采原因 reasons {shift['reasons']}",
    ]


def _doors(console: Console, told: dict[str, Any]) -> None:
    """What each questionnaire found: homes due, settled, left, by outcome in the playbook's words."""
    for each in told.get("doors", []):
        one = round_by_id(each["round"])
        if one is None:
            continue
        here, words = coverage_at(one.id, COUNTY, kind=one.kind), outcome_words(one, "zh")
        share = f"{here.share:.1%}" if here.share is not None else "–"
        counted = ", ".join(f"{words[key]} {count}" for key, count in each["outcomes"].items())
        lines = [
            f"应入户 due {here.expected:,} · 已落实 settled {here.sampled:,} ({share}) · 剩余 left {here.missing:,}",
            counted,
        ]
        if each["refused"]:
            lines.append(f"未收下 not taken: {each['refused']}")
        console.print(
            Panel("\n".join(lines), title=f"入户 at the doors · {each['name']} {each['en']}", title_align="left")
        )


def _homes_left(console: Console, told: dict[str, Any]) -> None:
    """The homes of the first questionnaire that no visit has settled, where nobody is tested."""
    if "round" in told or not told.get("doors"):
        return
    one = round_by_id(told["doors"][0]["round"])
    if one is None:
        return
    left = homes_of_round(one, COMMUNITY).left
    names, words = building_names(COMMUNITY), outcome_words(one, "zh")
    table = Table(
        "楼 building", "户 door", "上次结果 last outcome", title=f"待落实 homes left: {len(left)}", title_justify="left"
    )
    for home in left[:SHOWN]:
        table.add_row(names.get(home.path[:16], ""), home.door, words.get(home.outcome, home.outcome))
    console.print(table)


def _coverage(console: Console, told: dict[str, Any]) -> None:
    table = Table(
        "层级 level",
        "应检 expected",
        "实采 sampled",
        "未检 missing",
        "覆盖 coverage",
        title="核酸覆盖 coverage",
        title_justify="left",
    )
    for name, path in (("扶沟县", COUNTY), ("桐丘街道", COMMUNITY[:9]), ("西关社区", COMMUNITY)):
        _add(table, name, coverage_at(told["round"], path))
    for row in coverage_below(told["round"], COMMUNITY)[:5]:
        _add(table, f"  {row.name}", row)
    console.print(table)


def _add(table: Table, name: str, row: Coverage) -> None:
    share = f"{row.share:.1%}" if row.share is not None else "–"
    table.add_row(name, f"{row.expected:,}", f"{row.sampled:,}", f"{row.missing:,}", share)


def _missing(console: Console, told: dict[str, Any]) -> None:
    one = round_by_id(told["round"])
    if one is None:
        return
    found = missing_people(one, COMMUNITY)
    names, words = building_names(COMMUNITY), reason_words(one, "zh")
    people = sorted(found.people, key=lambda person: (bool(person.reason), person.resident.path))
    table = Table(
        "楼 building", "户 door", "姓名 name", "原因 reason", title=f"未检 missing: {len(people)}", title_justify="left"
    )
    for person in people[:SHOWN]:
        resident = person.resident
        table.add_row(
            names.get(resident.path[:16], ""),
            resident.door,
            resident.name,
            words.get(person.reason, person.reason),
        )
    console.print(table)
    if len(people) > SHOWN:
        console.print(f"[dim]… {len(people) - SHOWN} more on the page of the missing people[/]")


def _pool(console: Console, told: dict[str, Any]) -> None:
    one = round_by_id(told["round"])
    pools = positive_pools(one, COMMUNITY) if one else []
    if one is None or not pools:
        return
    story = pool(one, pools[0]["id"])
    if story is None:
        return
    filled = f"{story.filled_at.astimezone(BEIJING):%H:%M}"
    told_at = f"{story.result_at.astimezone(BEIJING):%H:%M}" if story.result_at else "–"
    code = group_code(format_code(story.code))
    lines = [f"管 tube {code}: {story.size} 人混采 swabs, {filled} 封管 filled, {told_at} 阳性 positive"]
    for member in story.members:
        name = member.resident.name if member.resident else "–"
        lines.append(f"  {member.position:2}. {name}　{STATES[member.state][1]}")
    console.print(Panel("\n".join(lines), title="混管阳性 the positive pool", title_align="left"))


def _late(console: Console, told: dict[str, Any]) -> None:
    period = period_of(COUNTY, form="daily_community", day=date.fromisoformat(told["report_day"]))
    counted = counts(period, COUNTY)
    words = {
        "not_reported": "未报",
        "late": "补报",
        "zero_report": "零报告",
        "reported": "已报",
        "corrected": "更正",
        "returned": "退回",
    }
    line = ", ".join(f"{words.get(state, state)} {count}" for state, count in counted.items() if count)
    names = "、".join(one.name for one in units(period, COUNTY, states=("not_reported",), limit=SHOWN))
    console.print(
        Panel(
            f"{line}\n未报 not reported: {names}",
            title=f"各村日报 daily reports of villages · {period.day}",
            title_align="left",
        )
    )


def _county_report(console: Console, told: dict[str, Any]) -> None:
    report = unit_report(period_of(COUNTY), COUNTY)
    waiting = period_of(COUNTY, form="daily_community")
    table = Table(
        "栏目 column",
        "数 figure",
        title=f"扶沟县日报 the county's daily report · {report.period.day}",
        title_justify="left",
    )
    if waiting.day.isoformat() != told["report_day"]:  # until the evening, the villages' reports are yesterday's
        until = f"{waiting.due_at.astimezone(BEIJING):%H:%M}"
        table.caption = f"今日各村{until}前上报 today's reports of villages are due by {until}"
        table.caption_justify = "left"
    for column in report.period.form.columns:
        figure = report.derived.values.get(column.key)
        table.add_row(column.zh, "未启用 off" if figure is None else str(figure))
    console.print(table)
