"""The story of the demonstration, told once through the real doors: import, incident, round, phones, results, reports."""

from __future__ import annotations

import argparse
import os
import random
import time
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from django.db import transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from lianfang.base.access.api import enter, open_session, token_digest
from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.base.incidents.api import incident_for, open_incident, propose_incident
from lianfang.base.metrics.api import fold
from lianfang.base.playbooks.api import DoorVisit, load_shipped
from lianfang.cli.demo import city, deployment, doors, duty
from lianfang.cli.demo.cast import COMMUNITY, COUNTY, Company, hire_heads
from lianfang.cli.demo.phones import Fact, make_fact, send_all
from lianfang.cli.demo.stage import Stage, edition_of_story
from lianfang.domain.reports.api import confirm_report, open_report_day
from lianfang.domain.residents.api import Resident, import_residents, people_of
from lianfang.domain.rounds.api import add_site, open_round
from lianfang.exchange.synthetic import RosterSpec, roster_xlsx
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code, group_code
from lianfang.planning import pooling

SEED = 2022
BUILDINGS = 32
HOUSEHOLDS = 3048
"""One community of the documents: 32 buildings, 3,048 households, 6,518 residents."""
RESIDENTS = 6518
AWAY, NOT_HOME, REFUSED, SILENT = 46, 21, 9, 14
"""How many people miss the first shift, and why (assumption of the drill); SILENT have no reason on record."""
FEW = 20
"""At most one person in so many misses the shift for each of the reasons."""
SAMPLED_TWICE = 6
RESENT_EVERY = 20
"""Every twentieth call is sent again, as phones do that lost the answer."""
REPORTS_AFTER_HOURS = 2
"""Hours after the villages' cut-off from which the story tells of today's reports; before, of yesterday's."""
VILLAGE_FORM = "daily_community"
LATE_UNITS, SILENT_UNITS = 23, 9
"""Villages that report after the cut-off, and that have not reported yet (assumption of the drill)."""


def play(args: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Play every act in order; returns what the summary needs to find it again."""
    book = load_shipped(args.playbook)
    told = {"played_at": _now(), "people": args.people, "playbook": book.playbook}
    stage = Stage(console, Company(), args.host, args.port, random.Random(SEED), book, told)
    acts = (
        ("Divisions of Fugou 扶沟县区划", set_up_areas),
        ("Household register, .xlsx 导入户籍台账", lambda stage: import_register(stage, args.people)),
        ("Incident opened by two people 启动事件", open_the_incident),
        ("The first three days: people to every village 三天到村", deployment.first_days),
        ("Forty-three posts round the clock 四十三个卡点昼夜值守", duty.posts_on_duty),
        *(TESTING if book.rounds.tests else ()),
        *(
            (f"At the doors: {visit.en} {visit.zh}", lambda stage, visit=visit: knock(stage, visit))
            for visit in book.door_visits
        ),
        ("Villages report 各村日报", villages_report),
        *(
            [(f"A whole city: {args.full} 全市部署", lambda stage: city.whole_city(stage, city.CITIES[args.full]))]
            if getattr(args, "full", "")
            else []
        ),
    )
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        for title, act in acts:
            task = progress.add_task(title, total=None)
            started = time.monotonic()
            act(stage)
            fold()
            seconds = round(time.monotonic() - started, 1)
            stage.told.setdefault("acts", []).append([title, seconds])
            progress.update(task, total=1, completed=1, description=f"{title}  [dim]{seconds} s[/]")
    return stage.told


def _now() -> str:
    return datetime.now(BEIJING).isoformat(timespec="minutes")


def set_up_areas(stage: Stage) -> None:
    """All real divisions of Fugou (16 townships, 411 villages and communities) and the accounts."""
    rows = shipped_divisions("fugou")
    stage.told["divisions"] = load_divisions(rows, edition=2020)
    stage.company.hire()


def import_register(stage: Stage, people: int) -> None:
    """Write the register as an office would, with its mistakes, and import it as the community's clerk."""
    households = max(1, round(HOUSEHOLDS * people / RESIDENTS))
    buildings = min(BUILDINGS, households)
    path = Path(os.environ["LIANFANG_DATA"]) / "roster.xlsx"
    # one of the deliberate mistakes, a short telephone number, keeps its row: that person and home make the number full
    spec = RosterSpec(code=COMMUNITY, people=people - 1, households=households - 1, buildings=buildings, seed=SEED)
    roster_xlsx(path, spec, mistakes=True)
    with transaction.atomic():
        actor = stage.company.enter("clerk")
        report = import_residents(actor=actor, path_to_file=path, area_path=COMMUNITY)
    stage.told["import"] = {
        "rows": report.rows,
        "counts": report.counts,
        "seconds": round(report.seconds, 1),
        "file": report.file_id,
    }
    stage.told["households"] = households
    stage.company.draw_grid(f"{COMMUNITY}0001", f"{COMMUNITY}0008")


def open_the_incident(stage: Stage) -> None:
    """One of the command proposes, another opens; the reports of the day are asked for."""
    with transaction.atomic():
        number = propose_incident(
            actor=stage.company.enter("command"),
            name=f"演练：扶沟县{stage.book.incident.zh}处置",
            path=COUNTY,
            playbook=stage.book.playbook,
            drill=True,
            edition=edition_of_story(stage.book).id,
        )
    with transaction.atomic():
        open_incident(actor=stage.company.enter("command2"), incident_id=number)
    open_report_day(number)
    stage.told["incident"] = number


def plan_and_open_round(stage: Stage) -> None:
    """Sites, desks and samplers by the testing guide, then the round over the community."""
    people, households = stage.told["people"], stage.told["households"]
    staffing = pooling.staffing(people, households)
    stage.told["staffing"] = {
        "sites": list(staffing.sites), "tables": list(staffing.tables), "samplers": staffing.samplers, "tubes": staffing.tubes(10),
        "grids": list(staffing.grids),
    }  # fmt: skip
    with transaction.atomic():
        actor = stage.company.enter("county")
        found = incident_for(COUNTY)
        if found is None:
            raise RuntimeError("the incident is not open")
        opened = open_round(actor=actor, incident_id=found.id, name="第一轮区域核酸检测", path=COMMUNITY, tube_size=10)
        sites = staffing.sites.low
        for number in range(sites):
            desks = staffing.tables.high // sites + (number < staffing.tables.high % sites)
            samplers = staffing.samplers // sites + (number < staffing.samplers % sites)
            add_site(
                actor=actor,
                round_id=opened.id,
                path=COMMUNITY,
                name=f"{number + 1}号采样点",
                desks=desks,
                samplers=samplers,
            )
    stage.told["round"], stage.told["expected"] = opened.id, opened.expected


def sample(stage: Stage) -> None:
    """Phones at the desks post tubes of ten; some people are away, refuse, are sampled twice; some calls are sent twice."""
    with transaction.atomic():
        stage.company.enter("clerk")
        people = [person for person in people_of(COMMUNITY) if person.present]
    people.sort(key=lambda person: (person.path, person.id))
    most = len(people) // FEW  # in a small demonstration fewer people miss the shift
    away, not_home, refused, silent = (min(count, most) for count in (AWAY, NOT_HOME, REFUSED, SILENT))
    outside = stage.dice.sample(people, away + not_home + refused + silent)
    reasons = ["away"] * away + ["not_home"] * not_home + ["refused"] * refused
    absent = {person.id for person in outside}
    queue = [person for person in people if person.id not in absent]
    tubes = _fill(stage, queue)
    calls: list[list[Fact]] = []
    for number, tube in enumerate(tubes):
        calls.append([tube])
        if number % RESENT_EVERY == 0:
            calls.append([tube])
    tally = send_all(lambda: stage.phone("sampler"), calls)
    told = [
        make_fact(
            "rounds.not_sampled/1", COMMUNITY, {"round": stage.told["round"], "person": person.code, "reason": reason}
        )
        for person, reason in zip(outside, reasons, strict=False)
    ]
    explained = send_all(lambda: stage.phone("head"), [told[at : at + 20] for at in range(0, len(told), 20)])
    stage.told["shift"] = {
        "tubes": len(tubes), "calls": tally.calls, "accepted": tally.accepted, "duplicate": tally.counts.get("duplicate", 0),
        "noted": len(tally.notes), "reasons": explained.accepted, "refused": tally.refusals + explained.refusals,
    }  # fmt: skip
    stage.told["tubes"] = [tube["payload"]["tube"] for tube in tubes]
    stage.told["positive_tube"] = tubes[len(tubes) // 3]["payload"]["tube"]
    stage.told["pool"] = tubes[len(tubes) // 3]["payload"]["people"]
    stage.told["pool_id"] = tubes[len(tubes) // 3]["id"]


def _fill(stage: Stage, queue: list[Resident]) -> list[Fact]:
    again = stage.dice.sample(queue[: len(queue) // 2], min(SAMPLED_TWICE, len(queue) // 2))
    line = [*queue, *again]
    tubes = []
    for number, at in enumerate(range(0, len(line), 10)):
        members = [person.code for person in line[at : at + 10]]
        payload = {
            "round": stage.told["round"],
            "tube": format_code(10_000_000 + number),
            "people": members,
            "site": number % 3 + 1,
        }
        tubes.append(make_fact("rounds.tube_filled/1", COMMUNITY, payload))
    return tubes


def knock(stage: Stage, visit: DoorVisit) -> None:
    """Grid workers knock: at every door of the community, or at those of one building where people are also tested."""
    doors.knock(stage, visit, f"{COMMUNITY}0001" if stage.book.rounds.tests else COMMUNITY)


def results(stage: Stage) -> None:
    """Results arrive; one pool of ten is positive, its members are re-tested one by one, one of them is positive."""
    number, positive = stage.told["round"], stage.told["positive_tube"]
    told = [
        make_fact(
            "rounds.result_reported/1",
            COMMUNITY,
            {"round": number, "tube": tube, "result": "positive" if tube == positive else "negative"},
        )
        for tube in stage.told.pop("tubes")
    ]
    tally = send_all(lambda: stage.phone("lab"), [told[at : at + 100] for at in range(0, len(told), 100)], phones=2)
    singles = [
        make_fact(
            "rounds.tube_filled/1", COMMUNITY, {"round": number, "tube": format_code(20_000_000 + at), "people": [code]}
        )
        for at, code in enumerate(stage.told["pool"])
    ]
    retests = send_all(lambda: stage.phone("sampler"), [[fact] for fact in singles], phones=2)
    answers = [
        make_fact(
            "rounds.result_reported/1", COMMUNITY,
            {"round": number, "tube": fact["payload"]["tube"], "result": "positive" if at == 3 else "negative"},
        )
        for at, fact in enumerate(singles)
    ]  # fmt: skip
    final = send_all(lambda: stage.phone("lab"), [answers], phones=1)
    stage.told["results"] = {"tubes": tally.accepted, "retests": retests.accepted, "settled": final.accepted}
    stage.told["positive_tube"] = group_code(positive)


TESTING = (
    ("Sites, desks, samplers; the round 规划与开轮", plan_and_open_round),
    ("A shift of phones 采样上传", sample),
    ("Results and re-tests 结果与复核", results),
)
"""The acts of a playbook that tests people in rounds."""


def villages_report(stage: Stage) -> None:
    """Every other village and community confirms its report, zero where nothing happened; some are late, some silent."""
    accounts = hire_heads()
    villages = sorted(path for path in accounts if len(path) == len(COMMUNITY))
    stage.dice.shuffle(villages)
    silent, late, prompt = (
        villages[:SILENT_UNITS], villages[SILENT_UNITS : SILENT_UNITS + LATE_UNITS], villages[SILENT_UNITS + LATE_UNITS :],
    )  # fmt: skip
    hour = time_of_day.fromisoformat(stage.book.report(VILLAGE_FORM).cutoffs[0])
    now = datetime.now(BEIJING)
    day = now.date() if now.hour >= hour.hour + REPORTS_AFTER_HOURS else now.date() - timedelta(days=1)
    open_report_day(stage.told["incident"], day=day)
    cutoff = datetime.combine(day, hour, BEIJING)
    confirmed = 0
    for path in prompt:
        confirmed += _report(accounts[path], path, cutoff - timedelta(minutes=stage.dice.randrange(5, 180)))
    for path in late:
        confirmed += _report(accounts[path], path, cutoff + timedelta(minutes=stage.dice.randrange(5, 110)))
    stage.told["report_day"] = day.isoformat()
    stage.told["reports"] = {
        "confirmed": confirmed,
        "late": len(late),
        "silent": len(silent),
        "units": len(villages) + 1,
    }


def _report(account: int, path: str, at: datetime) -> int:
    """One confirmation: zero is stated, unless figures speak against it (a post stands there), then they are confirmed."""
    with transaction.atomic():
        actor = enter(token_digest(open_session(account)))
        if actor is None:
            return 0
        try:
            confirm_report(actor=actor, path=path, zero=True, now=at, day=at.date())
        except LianfangError as error:
            if error.code != "report.not_zero":
                raise RuntimeError(f"{path}: {error}") from error
            confirm_report(actor=actor, path=path, zero=False, now=at, day=at.date())
    return 1
