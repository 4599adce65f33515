"""The first three days: units list their people, a deployment sends them to every village and community, the county adopts it."""

from __future__ import annotations

import time
from collections import Counter
from resource import RUSAGE_SELF, getrusage
from typing import Any, Final

from django.db import connections, transaction
from django.db.models import Count

from lianfang.base.access.api import Actor
from lianfang.base.areas.api import subtree
from lianfang.cli.demo.cast import COUNTY, enter_as
from lianfang.cli.demo.stage import Stage
from lianfang.domain.plans import jobs, worker
from lianfang.domain.plans.api import adopt, built_of, kind_of, lines_of, plan_by_id, propose
from lianfang.domain.plans.models import Line
from lianfang.domain.workforce.api import import_members
from lianfang.exchange.synthetic.workforce import unit_list_xlsx, units
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
_DIFFERS: Final = """
with line as (
    select substr(subject, 8)::bigint as member, target from plans_line where plan_id = %(plan)s and target <> ''
), part as (
    select q.member_id as member, case p.target_kind when 'community' then 'area:' || p.path else p.target_kind || ':' || p.target_id end
    from pairings_part q join pairings_pairing p on p.id = q.pairing_id where q.ended_on is null and q.member_id is not null and p.id in (
        select jsonb_array_elements_text(summary -> 'pairings')::bigint from plans_plan where id = %(plan)s)
), one as (select * from line except all select * from part), other as (select * from part except all select * from line)
select (select count(*) from one) + (select count(*) from other)
"""
TEMPLATE: Final = "village"
"""A leader and cadres for each village; a playbook without it uses its first template for communities."""


def first_days(stage: Stage) -> None:
    """Units and people of Fugou by their list; the plan; adoption; kept for the summary."""
    names = {area.code: short_name(area.name) for area in subtree(COUNTY)}
    made = units([code for code in names if code[9:] != "000"], PEOPLE, UNITS, SEED, place_names=names)
    told: dict[str, Any] = {"people": PEOPLE, "units": UNITS}
    with transaction.atomic():
        actor = stage.company.enter("county")
        told["import"] = import_list(actor, COUNTY, unit_list_xlsx(made))
    told |= deploy(stage, stage.company.token("county"), COUNTY, seconds=60.0)
    stage.told["deployment"] = told


def deploy(stage: Stage, token: str, path: str, *, seconds: float, places: str = "communities") -> dict[str, Any]:
    """Propose, compute as the steward's program does, adopt; how long each took. places: communities, or compounds as well."""
    clock = time.monotonic()
    with transaction.atomic():
        number = propose(
            actor=enter_as(token), kind="deployment", path=path, params=_params(stage, places), seconds=seconds
        )
        lock = jobs.hold(number)  # before the job is there: the steward need not load the solvers a second time
    stage.say("reading people and places, computing")
    worker.run_job(number, lock)
    plan = _settled(token, number, seconds)
    computed = since(clock)
    if plan.state != "proposed":
        why = "；".join(LianfangError(one["code"], **one["values"]).render() for one in plan.reasons)
        raise LianfangError("demo.no_plan", number=number, path=path, why=why or plan.state)
    stage.say(f"computed in {computed} s: {plan.status}, gap {100 * (plan.gap or 0):.2f} %")
    clock = time.monotonic()
    with transaction.atomic():
        written = adopt(actor=enter_as(token), plan_id=number, version=plan.version)
    adopted = since(clock)
    stage.say(f"adopted in {adopted} s: {written:,} pairings")
    figures = {one["key"].partition(".")[2]: [one["plan"], one.get("baseline")] for one in plan.summary["figures"]}
    with transaction.atomic():
        enter_as(token)
        placed, waiting, broken = _by_county(number), _why_waiting(number), _broken(number)
    wanted: Counter[str] = Counter()
    for at, seats in plan.summary["wanted"].items():
        wanted[at[:6]] += int(seats)
    return {
        "plan": number, "computed": computed, "solved": round(plan.seconds or 0.0, 1), "adopted": adopted, "pairings": written,
        "figures": figures, "status": plan.status, "gap": plan.gap, "stop": seconds, "waiting": waiting,
        "counties": [[at, placed.get(at, 0), seats] for at, seats in sorted(wanted.items())],
        "broken": broken, "differs": differs(number), "memory": round(getrusage(RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip


def _broken(number: int) -> int:
    """Rules that the adopted lines break, by the checker that shares no code with the search."""
    plan = plan_by_id(number, whole=True)
    kind, built = kind_of(plan.kind), built_of(plan)
    return len(kind.check(built, kind.result_of(built, lines_of(number))))


def differs(number: int) -> int:
    """People and places in which the pairings that were written differ from the lines of the plan; counted from the tables."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(_DIFFERS, {"plan": number})
        return int(cursor.fetchone()[0])


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


def _params(stage: Stage, places: str) -> dict[str, Any]:
    asked = {"places": places, "leads": "lead_deputy", "reserve": 0}
    return asked | ({"template": TEMPLATE} if TEMPLATE in stage.book.pairing_templates else {})


def _settled(token: str, number: int, seconds: float) -> Any:
    """The plan once it is computed, by this program or by the steward's."""
    ends = time.monotonic() + seconds + 120
    while True:
        with transaction.atomic():
            enter_as(token)
            plan = plan_by_id(number)
        if plan.state != "solving" or time.monotonic() > ends:
            return plan
        time.sleep(0.5)


def import_list(actor: Actor, path: str, data: bytes) -> dict[str, Any]:
    """Take a list of units with their people; what became of its rows."""
    report = import_members(actor=actor, path_to_file=data, area_path=path, register="unit", filename="units.xlsx")
    return {
        "rows": report.rows,
        "taken": report.taken,
        "units": report.units_made,
        "seconds": round(report.seconds, 1),
        "verdicts": report.counts,
    }


def since(clock: float) -> float:
    """Seconds since a moment of the monotonic clock."""
    return round(time.monotonic() - clock, 1)
