"""What missions publish: stocks that follow the rows by triggers; a row counts on the day it came into its state."""

from __future__ import annotations

from lianfang.base.metrics.api import Metric, define_metric

READY = define_metric(
    Metric(
        name="missions.teams_ready", zh="待命队伍", en="teams ready", unit_zh="支", unit_en="teams", stock=True, dimension="kind",
        says_zh="已组建、不在外也不在休整的后备队和医疗队，按类别。",
        says_en="Reserve and medical teams that are founded and neither away nor resting, by kind.",
        recount="select kind as dim, since_on as day, path, 1 as value from missions_team where state = 'ready'",
    )
).name  # fmt: skip
OUT = define_metric(
    Metric(
        name="missions.people_out", zh="支援在岗人数", en="people sent out", unit_zh="人", unit_en="people", stock=True,
        says_zh="已派出、尚未返回的支援人数，计在接收地（支援外地的计在派出地）。",
        says_en="People sent and not yet back, at the place that received them; at home for places elsewhere.",
        recount="select '' as dim, (sent_at at time zone 'Asia/Shanghai')::date as day, to_path as path, people as value "
        "from missions_mission where state in ('sent', 'arrived', 'recalled')",
    )
).name  # fmt: skip
OPEN = define_metric(
    Metric(
        name="missions.needs_open", zh="未了结的支援需求", en="open needs for teams", unit_zh="项", unit_en="needs", stock=True,
        dimension="kind", says_zh="已提出、尚未了结的支援需求，按类别。", says_en="Needs for teams that are raised and not over, by kind.",
        recount="select kind as dim, raised_on as day, path, 1 as value from missions_need where state = 'open'",
    )
).name  # fmt: skip
