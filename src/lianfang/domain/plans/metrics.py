"""What plans publish: how many people adopted deployments place, and how many they could not."""

from __future__ import annotations

from lianfang.base.metrics.api import Metric, define_metric

_RECOUNT = (
    "select '' as dim, (p.adopted_at at time zone 'Asia/Shanghai')::date as day, left(l.path, 12) as path, l.amount::bigint as value "
    "from plans_plan p join plans_line l on l.plan_id = p.id "
    "where p.kind = 'deployment' and p.state = 'adopted' and l.target {sign} ''"
)

PLACED = define_metric(
    Metric(
        name="plans.people_placed", zh="方案已安排人数", en="people placed by plans", unit_zh="人", unit_en="people", stock=True,
        says_zh="现行的人员部署方案中安排到村（社区）、小区的人数，按去向统计。",
        says_en="People whom deployment plans in force place at a community or compound, counted where they go.",
        recount=_RECOUNT.format(sign="<>"),
    )
).name  # fmt: skip
UNPLACED = define_metric(
    Metric(
        name="plans.people_unplaced", zh="方案未安排人数", en="people left over by plans", unit_zh="人", unit_en="people", stock=True,
        says_zh="现行的人员部署方案中暂无去处、留作后备的人数，记在方案所在区域。",
        says_en="People whom deployment plans in force keep in reserve, counted at the plan's area.",
        recount=_RECOUNT.format(sign="="),
    )
).name  # fmt: skip
