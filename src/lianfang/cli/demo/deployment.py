"""The first three days: units list their people, a deployment sends them to every village and community, the county adopts it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import fields
from datetime import date
from typing import Any, Final

import numpy as np
from django.db import connections, transaction
from django.db.models import Count

from lianfang.base.access.api import Actor, create_account, create_grant, enter, open_session, token_digest
from lianfang.base.areas.api import add_denominator, load_divisions, shipped_divisions, subtree
from lianfang.base.incidents.api import open_incident, propose_incident
from lianfang.cli.demo.cast import COUNTY, PASSWORD
from lianfang.cli.demo.stage import Stage, edition_of_story
from lianfang.domain.plans import worker
from lianfang.domain.plans.api import adopt, plan_by_id, propose
from lianfang.domain.plans.models import Line
from lianfang.domain.workforce.api import import_members
from lianfang.exchange.synthetic.workforce import Workforce, unit_list_xlsx, units
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError, define

define(
    "demo.no_plan",
    status=409,
    zh="演练停在部署：{path}的方案{number}没有算出来（{why}）。数据已保留，重新开始请加 --reset。",
    en="The drill stopped at the deployment: plan {number} of {path} did not come about ({why}). The data is kept; --reset begins anew.",
)
SEED: Final = 38
PEOPLE, UNITS = 2_466, 60
"""Of Fugou: six for each of its 411 villages and communities, an assumption; the documents tell no number for this county."""
CITIES: Final = {"cangzhou": ("1309", 38_050, 1_200), "tangshan": ("1302", 59_000, 1_800)}
"""path, people of the documents, units (an assumption: about 32 people each)."""
CITY_SECONDS: Final = 120.0
"""The stop rule for a whole city (assumption): printed with the gap that is left; nobody idles beside an empty seat by then."""
COUNTED: Final = (
    ("1309", "communities", 339, "2020-03-19", "长城网：沧州下基层干部发挥“五员”作用"),
    ("1309", "villages", 5_663, "2020-03-19", "长城网：沧州下基层干部发挥“五员”作用"),
    ("1302", "villages", 5_390, "2022-03-31", "河北日报：唐山5.9万名党员干部下沉一线"),
    ("1302", "communities", 630, "2022-03-31", "河北日报：唐山5.9万名党员干部下沉一线"),
)
"""What the documents count where the plan goes by the list of divisions."""
TEMPLATE: Final = "village"
"""A leader and cadres for each village; a playbook without it uses its first template for communities."""


def first_days(stage: Stage) -> None:
    """Units and people of Fugou by their list; the plan; adoption; kept for the summary."""
    names = {area.code: short_name(area.name) for area in subtree(COUNTY)}
    made = units([code for code in names if code[9:] != "000"], PEOPLE, UNITS, SEED, place_names=names)
    told: dict[str, Any] = {"people": PEOPLE, "units": UNITS}
    with transaction.atomic():
        actor = stage.company.enter("county")
        told["import"] = _import(actor, COUNTY, unit_list_xlsx(made))
    told |= _deploy(stage, stage.company.token("county"), COUNTY, seconds=60.0)
    stage.told["deployment"] = told


def whole_city(stage: Stage, city: str) -> None:
    """The documents' own size: every county imports its people, the city plans and adopts for every village and community."""
    path, people, count = CITIES[city]
    clock = time.monotonic()
    load_divisions(shipped_divisions(city), edition=2020)
    for at, what, value, day, source in COUNTED:
        if at == path:
            add_denominator(path=at, what=what, value=value, counted_on=_day(day), source=source)
    tokens = _cast(path)
    _open(stage, path, tokens)
    areas = [area for area in subtree(path) if area.level == 5]
    names = {area.code: short_name(area.name) for area in subtree(path)}
    made = units([area.code for area in areas], people, count, SEED, place_names=names)
    told: dict[str, Any] = {
        "city": city,
        "people": people,
        "units": count,
        "listed": len(areas),
        "documents": [[what, value, day, source] for at, what, value, day, source in COUNTED if at == path],
        "names": {code[:6]: name for code, name in names.items() if code[6:] == "000000" and code[4:6] != "00"},
        "prepared": _since(clock),
    }
    clock, taken = time.monotonic(), 0
    verdicts: Counter[str] = Counter()
    for county in sorted({code[:6] for code in names if code[6:] == "000000" and code[4:6] != "00"}):
        rows = np.flatnonzero(made.home.astype("S6") == county.encode())
        if rows.size:
            with transaction.atomic():
                done = _import(_enter(tokens[county]), county, unit_list_xlsx(_some(made, rows)))
                taken += done["taken"]
                verdicts.update(done["verdicts"])
    told["import"] = {"taken": taken, "seconds": _since(clock), "verdicts": dict(verdicts)}
    told |= _deploy(stage, tokens["command"], path, seconds=CITY_SECONDS)
    stage.told["city"] = told


def _deploy(stage: Stage, token: str, path: str, *, seconds: float) -> dict[str, Any]:
    """Propose, compute as the steward's program does, adopt; how long each took."""
    clock = time.monotonic()
    with transaction.atomic():
        number = propose(actor=_enter(token), kind="deployment", path=path, params=_params(stage), seconds=seconds)
    worker.run_job(number)  # unless the steward was faster: the lock of the job decides who computes
    plan = _settled(token, number, seconds)
    computed = _since(clock)
    if plan.state != "proposed":
        why = "；".join(LianfangError(one["code"], **one["values"]).render() for one in plan.reasons)
        raise LianfangError("demo.no_plan", number=number, path=path, why=why or plan.state)
    clock = time.monotonic()
    with transaction.atomic():
        written = adopt(actor=_enter(token), plan_id=number, version=plan.version)
    figures = {one["key"].partition(".")[2]: [one["plan"], one.get("baseline")] for one in plan.summary["figures"]}
    with transaction.atomic():
        _enter(token)
        placed, waiting = _by_county(number), _why_waiting(number)
    wanted: Counter[str] = Counter()
    for at, seats in plan.summary["wanted"].items():
        wanted[at[:6]] += int(seats)
    return {
        "plan": number, "computed": computed, "solved": round(plan.seconds or 0.0, 1), "adopted": _since(clock), "pairings": written,
        "figures": figures, "status": plan.status, "gap": plan.gap, "stop": seconds, "waiting": waiting,
        "counties": [[at, placed.get(at, 0), seats] for at, seats in sorted(wanted.items())],
    }  # fmt: skip


def _by_county(plan: int) -> dict[str, int]:
    """People placed, by county."""
    found: Counter[str] = Counter()
    for path, people in (
        Line.objects.filter(plan_id=plan).exclude(target="").values_list("path").annotate(people=Count("n"))
    ):
        found[path[:6]] += people
    return dict(found)


def _why_waiting(plan: int) -> dict[str, int]:
    """Code of the reason → people not placed."""
    rows = (
        Line.objects.filter(plan_id=plan, target="")
        .values_list("reason")
        .annotate(people=Count("n"))
        .order_by("reason")
    )
    return dict(rows)


def _params(stage: Stage) -> dict[str, Any]:
    asked = {"places": "communities", "leads": "lead_deputy", "reserve": 0}
    return asked | ({"template": TEMPLATE} if TEMPLATE in stage.book.pairing_templates else {})


def _settled(token: str, number: int, seconds: float) -> Any:
    """The plan once it is computed, by this program or by the steward's."""
    ends = time.monotonic() + seconds + 120
    while True:
        with transaction.atomic():
            _enter(token)
            plan = plan_by_id(number)
        if plan.state != "solving" or time.monotonic() > ends:
            return plan
        time.sleep(0.5)


def _import(actor: Actor, path: str, data: bytes) -> dict[str, Any]:
    report = import_members(actor=actor, path_to_file=data, area_path=path, register="unit", filename="units.xlsx")
    return {
        "rows": report.rows,
        "taken": report.taken,
        "units": report.units_made,
        "seconds": round(report.seconds, 1),
        "verdicts": report.counts,
    }


def _some(made: Workforce, rows: np.ndarray) -> Workforce:
    """Some of the people, with all units."""
    columns = {field.name: getattr(made, field.name) for field in fields(made)}
    return Workforce(**{name: column if name.startswith("unit_") else column[rows] for name, column in columns.items()})


def _cast(path: str) -> dict[str, str]:
    """Two of the city's command and a dispatcher for each county; tokens by county path, `command`, `command2`."""
    tokens = {}
    for name in ("command", "command2"):
        account = create_account(username=f"{name}-{path}", name=f"市指挥部{name[7:]}", password=PASSWORD)
        create_grant(account_id=account, role="command", path=path)
        tokens[name] = open_session(account)
    with connections["owner"].cursor() as cursor:
        cursor.execute("select path, name from areas_area where level = 3 and path like %s order by path", [path + "%"])
        counties = cursor.fetchall()
    for county, name in counties:
        account = create_account(username=f"county-{county}", name=f"{name}调度", password=PASSWORD)
        create_grant(account_id=account, role="county_dispatcher", path=county)
        tokens[county] = open_session(account)
    return tokens


def _open(stage: Stage, path: str, tokens: dict[str, str]) -> None:
    with transaction.atomic():
        number = propose_incident(
            actor=_enter(tokens["command"]), name=f"演练：全市{stage.book.incident.zh}处置", path=path, playbook=stage.book.playbook,
            drill=True, edition=edition_of_story(stage.book).id,
        )  # fmt: skip
    with transaction.atomic():
        open_incident(actor=_enter(tokens["command2"]), incident_id=number)


def _enter(token: str) -> Actor:
    actor = enter(token_digest(token))
    if actor is None:
        raise RuntimeError("no live session")
    return actor


def _since(clock: float) -> float:
    return round(time.monotonic() - clock, 1)


def _day(text: str) -> date:
    return date.fromisoformat(text)
