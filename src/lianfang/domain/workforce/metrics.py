"""What workforce publishes: members counted once, who reported to a home community, teams at the front line."""

from __future__ import annotations

from typing import Final

from lianfang.base.metrics.api import Metric, define_metric

_MEMBERS: Final = """
select '' as dim, c.day, c.path, sum(c.value)::bigint as value from (
    select from_on as day, path, 1 as value from workforce_counted
    union all select to_on, path, -1 from workforce_counted where to_on is not null) c
group by c.day, c.path
"""
_REGISTERED: Final = """
select '' as dim, r.day, r.path, sum(r.value)::bigint as value from (
    select (registered_at at time zone 'Asia/Shanghai')::date as day, path, 1 as value from workforce_registration
    union all select (ended_at at time zone 'Asia/Shanghai')::date, path, -1 from workforce_registration where ended_at is not null) r
group by r.day, r.path
"""
_TEAMS: Final = """
select t.kind as dim, t.day, t.path, sum(t.value)::bigint as value from (
    select kind, founded_on as day, left(path, 12) as path, 1 as value from workforce_organisation where temporary
    union all select kind, dissolved_on, left(path, 12), -1 from workforce_organisation where temporary and dissolved_on is not null) t
group by t.kind, t.day, t.path
"""

MEMBERS = define_metric(
    Metric(
        name="workforce.members", zh="在册工作力量", en="members", unit_zh="人", unit_en="people", stock=True,
        says_zh="可参与工作的人员，每人只在一处计一次：居住社区，其次报到社区，其次单位所在地。",
        says_en="People who can work in the response, each counted once: at home, else where they registered, else at their unit.",
        recount=_MEMBERS,
    )
).name  # fmt: skip
REGISTERED = define_metric(
    Metric(
        name="workforce.registered", zh="已到社区报到", en="members registered at home", unit_zh="人", unit_en="people",
        stock=True, says_zh="向居住地社区报到（双报到）且仍有效的人员，每人只计一次。",
        says_en="Members who reported to a home community beside their unit, each counted once.", recount=_REGISTERED,
    )
).name  # fmt: skip
TEAMS = define_metric(
    Metric(
        name="workforce.teams", zh="一线临时组织", en="temporary teams", unit_zh="个", unit_en="teams", stock=True,
        dimension="kind of team", says_zh="在一线成立且尚未解散的临时党支部、工作组和突击队。",
        says_en="Temporary branches, groups and squads founded at the front line and not yet dissolved.", recount=_TEAMS,
    )
).name  # fmt: skip
