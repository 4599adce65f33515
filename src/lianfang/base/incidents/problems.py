"""What can be refused about incidents and zones."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "incident.not_proposed",
    status=409,
    zh="这个事件已经启动或结束，不能再启动。请刷新页面查看当前状态。",
    en="This incident was opened or closed already. Reload to see where it stands.",
)
define(
    "incident.not_open",
    status=409,
    zh="这个事件不在启动状态。请刷新页面查看当前状态。",
    en="This incident is not open. Reload to see where it stands.",
)
define(
    "incident.same_person",
    status=409,
    zh="需要两个人：提出的人不能自己批准。请由另一位负责人办理。",
    en="This takes two people: who proposed it cannot approve it. Ask another person in charge.",
)
define(
    "incident.no_scope_proposed",
    status=409,
    zh="没有待批准的范围调整。请先由一人提出。",
    en="No change of scope waits for approval. One person has to propose it first.",
)
define(
    "incident.none_here",
    status=404,
    zh="{area}当前没有启动的事件。请联系指挥部确认。",
    en="No incident is open in {area}. Ask the command.",
)
define(
    "incident.name_missing",
    status=422,
    zh="事件名称没有填写。请写明地点和起因。",
    en="The incident has no name. Say where it is and what it is about.",
)
define(
    "incident.zone_outside",
    status=422,
    zh="风险区不在事件范围内。请核对区域。",
    en="The zone lies outside the incident. Check the area.",
)
define(
    "incident.zone_exists",
    status=409,
    zh="这个区域已经划定或提出了风险区。请先调整或解除原来的风险区。",
    en="This area has a zone already, or one is proposed. Change or lift that one first.",
)
define(
    "incident.zone_state",
    status=409,
    zh="风险区当前的状态不允许这样做。请刷新页面查看。",
    en="The zone is not in a state for this. Reload to see where it stands.",
)
define(
    "incident.zone_level_unknown",
    status=422,
    zh="现行预案没有名为“{level}”的风险区级别，可选：{known}。",
    en="The edition in force knows no zone level '{level}'; it has {known}.",
)
define(
    "incident.no_lift_rule",
    status=409,
    zh="现行预案没有规定“{level}”如何解除。请联系指挥部。",
    en="The edition in force does not say how '{level}' is lifted. Ask the command.",
)
define(
    "incident.lift_not_met",
    status=409,
    zh="还不能解除：{unmet}。条件满足后再申请。",
    en="It cannot be lifted yet: {unmet}. Ask again when this holds.",
)
define(
    "incident.lift_statement_needed",
    status=422,
    zh="系统无法自动核实：{open}。请逐条写明依据。",
    en="The system cannot verify this by itself: {open}. State the evidence for each.",
)
define(
    "incident.edition_unknown",
    status=422,
    zh="不能按版本“{edition}”启动：只有演练可以另选版本，可选：{known}。",
    en="The edition '{edition}' cannot be chosen: only a drill may choose one, of {known}.",
)
define(
    "incident.not_closing",
    status=409,
    zh="这个事件没有等待第二人结束，不需要撤回。请刷新页面查看当前状态。",
    en="This incident is not waiting to be closed, so there is nothing to take back. Reload to see where it stands.",
)
define(
    "incident.replan_needless",
    status=409,
    zh="现行版本的防控方案认得这个区域的级别，不需要改划。请刷新页面查看。",
    en="The edition in force knows the level of this zone, so nothing has to be planned anew. Reload the page.",
)
define(
    "incident.replan_no_zones",
    status=409,
    zh="现行版本的防控方案不再划分区域。请按规定申请解除这个区域。",
    en="The edition in force has no zones any more. Ask for this zone to be lifted instead.",
)
define(
    "incident.replan_waits",
    status=409,
    zh="这个区域的改划方案已在等待批准。请由另一位负责人办理，或先撤回。",
    en="A plan for this zone waits for approval already. Another person decides, or take it back first.",
)
define(
    "incident.replan_none",
    status=409,
    zh="这个区域没有待批准的改划方案。请先由一人提出。",
    en="No plan for this zone waits for approval. One person has to propose it first.",
)
