"""Writes of plans: propose, compute, edit, pin, withdraw, adopt. Each is one transaction under the entered actor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from lianfang.base.access.api import Actor
from lianfang.base.incidents.api import incident_for
from lianfang.domain.plans import binding, codec, jobs, lines
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import Built, Kind, PlanLine, kind_of
from lianfang.domain.plans.rules import OPEN, read_params, state_words
from lianfang.domain.plans.selectors import built_of, keep_built, lines_of, plan_by_id
from lianfang.kernel.errors import LianfangError
from lianfang.planning import Result

Told = Mapping[str, Sequence[tuple[str, str, Sequence[tuple[str, Any]]]]]
"""Name of a value of a refusal → what an engine said there: (code, its own sentence, values)."""


def propose(
    *, actor: Actor, kind: str, path: str, params: Mapping[str, Any], seconds: float | None = None, seed: int = 0,
    replaces: Plan | None = None, title: str = "",
) -> int:  # fmt: skip
    """Ask for a plan; it is computed beside the request. Returns its number.

    Raises plans.kind_unknown, plans.param_wrong, plans.choice_wrong, access.not_allowed, access.not_found.
    """
    found = kind_of(kind)
    _require(actor, found.propose, path)
    asked = read_params(found.fields(actor, path), params)
    incident = incident_for(path)
    plan = Plan.objects.create(
        kind=kind, path=path, incident_id=incident.id if incident else None, title=title or str(found.label), params=asked,
        seed=seed, stop_seconds=seconds or found.seconds, made_by=actor.account_id, replaces=replaces.id if replaces else None,
    )  # fmt: skip
    transaction.on_commit(lambda: jobs.ask(actor, plan.id, path))
    return int(plan.id)


def replan(*, actor: Actor, plan: Plan) -> int:
    """Compute again with today's people and places: pinned lines are kept, as little as possible changes."""
    if plan.state not in ("proposed", "adopted"):
        raise LianfangError("plans.state", state=state_words(plan.state))
    return propose(
        actor=actor, kind=plan.kind, path=plan.path, params=plan.params, seconds=plan.stop_seconds, seed=plan.seed, replaces=plan,
        title=plan.title,
    )  # fmt: skip


def restart(*, actor: Actor, plan: Plan) -> None:
    """Start a computation again that broke off, failed or was cancelled; raises plans.state while it runs."""
    _require(actor, kind_of(plan.kind).propose, plan.path)
    if not _move(plan, ("solving", "failed"), state="solving", reasons=[]) or jobs.alive(plan.id):
        raise LianfangError("plans.state", state=state_words(plan.state))
    transaction.on_commit(lambda: jobs.ask(actor, plan.id, plan.path))


def build(actor: Actor, plan: Plan) -> Built:
    """Read the inputs of a plan and keep the problem; the first step of its computation."""
    kind = kind_of(plan.kind)
    earlier = Plan.objects.filter(id=plan.replaces).first() if plan.replaces else None
    plan.read_at = timezone.now()
    built = kind.build(actor, plan.path, plan.params, earlier)
    inputs = _digest(built)
    if earlier is not None:
        built = kind.pin(built, lines_of(earlier.id))
    _move(plan, ("solving",), problem=keep_built(plan, built), inputs=inputs, read_at=plan.read_at)
    return built


def settle(actor: Actor, plan: Plan, built: Built, result: Result, baseline: Result | None) -> int:
    """Keep what the engine found: lines, figures, remarks; the plan is proposed then. Returns the number of lines."""
    kind = kind_of(plan.kind)
    made = kind.lines(built, result)
    lines.write(plan.id, made)
    kept = {
        "result": codec.seal(plan.path, result, codec.RESULT), "status": str(result.status), "objective": result.objective,
        "bound": result.bound, "seconds": result.seconds, "summary": _summary(kind, built, result, baseline, made),
        "state": "proposed",
    }  # fmt: skip
    _move(plan, ("solving",), **kept)
    if plan.replaces:
        Plan.objects.filter(id=plan.replaces, state="proposed").update(
            state="superseded", ended_by=actor.account_id, ended_at=timezone.now()
        )
    return len(made)


def fail(plan: Plan, error: LianfangError, engine: Told | None = None) -> None:
    """Say why there is no plan; it can be started again. engine: what the kind words when somebody reads the reason."""
    told = {
        name: [{"code": code, "values": {"text": text, **dict(values)}} for code, text, values in parts]
        for name, parts in (engine or {}).items()
    }
    _move(plan, ("solving",), state="failed", reasons=[{"code": error.code, "values": error.values, "engine": told}])


def edit_line(*, actor: Actor, plan_id: int, n: int, choice: str, version: int) -> Plan:
    """Send line n elsewhere; it is pinned by that. Raises plans.edit_breaks with the rule, plans.version, plans.line_unknown."""
    plan, kind = _open(actor, plan_id, version, whole=True)
    built, before = built_of(plan), lines_of(plan_id)
    if not 0 <= n < len(before):
        raise LianfangError("plans.line_unknown")
    if choice not in {value for value, _words in kind.choices(built, before, n)}:
        raise LianfangError("plans.choice_wrong", field="→")
    after = kind.edit(built, before, n, choice)
    after[n] = replace(after[n], pinned=True, edited=True)
    result = kind.result_of(built, after)
    broken = kind.check(built, result)
    if broken:
        raise LianfangError("plans.edit_breaks", rule=kind.sentence(broken[0].code, {"text": broken[0].text}))
    lines.change(plan_id, before, after)
    summary = _summary(kind, built, result, None, after)
    old = {figure["key"]: figure["baseline"] for figure in plan.summary.get("figures", ())}
    for figure in summary["figures"]:
        figure["baseline"] = old.get(figure["key"])
    _move(plan, ("proposed",), summary=summary, objective=result.objective, version=plan.version + 1, status="feasible")
    return plan_by_id(plan_id)


def pin_line(*, actor: Actor, plan_id: int, n: int, pinned: bool) -> None:
    """Hold a line, or let it go again, for the next computation."""
    _open(actor, plan_id, None)
    if not lines.pin(plan_id, n, pinned):
        raise LianfangError("plans.line_unknown")
    Plan.objects.filter(id=plan_id).update(version=F("version") + 1)


def withdraw(*, actor: Actor, plan_id: int) -> None:
    """Take a plan back before it is adopted; one that is still computed is stopped."""
    plan = plan_by_id(plan_id)
    _require(actor, kind_of(plan.kind).propose, plan.path)
    if not _move(plan, OPEN, state="withdrawn", ended_by=actor.account_id, ended_at=timezone.now()):
        raise LianfangError("plans.state", state=state_words(plan.state))
    transaction.on_commit(lambda: jobs.cancel(plan.id))


def adopt(*, actor: Actor, plan_id: int, version: int | None = None) -> int:
    """Carry a plan out: checked again, written by the owning engine, everybody told, all in one transaction.

    Returns how many rows were written. Raises plans.state, plans.version, plans.check_failed, plans.adopted_meanwhile,
    plans.inputs_changed, plans.nothing_to_adopt, and what the owning engine raises.
    """
    plan = plan_by_id(plan_id)
    kind = kind_of(plan.kind)
    _require(actor, kind.adopt_right, plan.path)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select plans_lock(%s, %s)", [plan.kind, plan.path])
        plan = plan_by_id(plan_id, whole=True)
        _require_state(plan, version)
        _require_current(actor, kind, plan)
        built, made = built_of(plan), lines_of(plan_id)
        if not any(line.target for line in made):
            raise LianfangError("plans.nothing_to_adopt")
        broken = kind.check(built, kind.result_of(built, made))
        if broken:
            raise LianfangError("plans.check_failed", rule=kind.sentence(broken[0].code, {"text": broken[0].text}))
        done = kind.adopt(actor, plan, built, made)
        _move(plan, ("proposed",), state="adopted", adopted_by=actor.account_id, adopted_at=timezone.now())
        _supersede(actor, plan)
        with connection.cursor() as cursor:
            cursor.execute("select plans_count(%s, 1)", [plan_id])
        lines.tell(plan_id, done.tells)
    return done.written


def _supersede(actor: Actor, plan: Plan) -> None:
    """The adopted plan that this one takes the place of is over."""
    ended = Plan.objects.filter(id=plan.replaces, state="adopted").update(
        state="superseded", ended_by=actor.account_id, ended_at=timezone.now()
    )
    if ended:
        with connection.cursor() as cursor:
            cursor.execute("select plans_count(%s, -1)", [plan.replaces])


def _require_current(actor: Actor, kind: Kind, plan: Plan) -> None:
    """What the plan was made from still holds; raises who adopted what meanwhile."""
    from lianfang.domain.plans.pages import who_and_when  # the words of an office are the page's

    since = [row for row in adopted_elsewhere(plan) if row[0] != plan.replaces]
    try:
        earlier = Plan.objects.filter(id=plan.replaces).first() if plan.replaces else None
        same = _digest(kind.build(actor, plan.path, plan.params, earlier)) == bytes(plan.inputs)
    except LianfangError:
        same = False
    if same:
        return
    if since:
        number, _path, account, when = since[0]
        who, at = who_and_when(account, when)
        raise LianfangError("plans.adopted_meanwhile", number=number, who=who, when=at)
    raise LianfangError("plans.inputs_changed")


def adopted_elsewhere(plan: Plan) -> list[tuple[int, str, int, Any]]:
    """Plans adopted over the same ground since this one read its inputs."""
    from lianfang.domain.plans.selectors import adopted_since

    return adopted_since(plan.kind, plan.path, plan.read_at or plan.made_at)


def _digest(built: Built) -> bytes:
    return codec.digest(built.inputs if built.inputs is not None else [built.problem, built.labels])


def _summary(
    kind: Kind, built: Built, result: Result, baseline: Result | None, made: Sequence[PlanLine]
) -> dict[str, Any]:
    return {
        "figures": [asdict(figure) for figure in kind.figures(built, result, baseline)],
        "wanted": dict(kind.wanted(built)),
        "remarks": [
            {"code": one.code, "values": dict(one.values)}
            for one in binding.complete(result, kind.remarks(built, result, made))
        ],
    }


def _open(actor: Actor, plan_id: int, version: int | None, *, whole: bool = False) -> tuple[Plan, Kind]:
    plan = plan_by_id(plan_id, whole=whole)
    kind = kind_of(plan.kind)
    _require(actor, kind.propose, plan.path)
    _require_state(plan, version)
    return plan, kind


def _require_state(plan: Plan, version: int | None) -> None:
    if plan.state != "proposed":
        raise LianfangError("plans.state", state=state_words(plan.state))
    if version is not None and version != plan.version:
        raise LianfangError("plans.version")


def _require(actor: Actor, verb: str, path: str) -> None:
    if not actor.covers(path):
        raise LianfangError("access.not_found")
    if not actor.may("other", verb):
        raise LianfangError("access.not_allowed", action=verb)


def _move(plan: Plan, states: Sequence[str], **values: Any) -> bool:
    """Change a plan that is in one of the states; False when it is in another by now."""
    changed = Plan.objects.filter(id=plan.id, state__in=states).update(**values)
    for name, value in values.items() if changed else ():
        setattr(plan, name, value)
    return bool(changed)
