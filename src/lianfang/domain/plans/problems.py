"""The sentences of plans."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "plans.kind_unknown",
    status=422,
    zh="没有“{kind}”这种方案。请从列表中选择。",
    en="There is no kind of plan '{kind}'. Choose one from the list.",
)
define(
    "plans.param_wrong",
    status=422,
    zh="“{field}”填写有误：应为{least}到{most}之间的数。",
    en="'{field}' is not right: give a number from {least} to {most}.",
)
define(
    "plans.choice_wrong",
    status=422,
    zh="“{field}”没有这个选项。请从列表中选择。",
    en="'{field}' has no such choice. Choose one from the list.",
)
define(
    "plans.nobody",
    status=422,
    zh="本区域内没有可以安排的人员：名单为空，或都已有包联任务。请先导入人员名单。",
    en="There is nobody to place here: no list, or everybody is paired already. Import the list of people first.",
)
define(
    "plans.nowhere",
    status=422,
    zh="本区域内没有可以安排的地点。请核对区域，或先导入村（社区）、小区名单。",
    en="There is no place to send anybody to here. Check the area, or import its communities and compounds first.",
)
define(
    "plans.state",
    status=409,
    zh="方案现在的状态是“{state}”，不能这样做。请刷新页面。",
    en="The plan is '{state}' now, so this cannot be done. Reload the page.",
)
define(
    "plans.version",
    status=409,
    zh="方案刚被别人改过。请刷新页面，核对后再操作。",
    en="Somebody has just changed the plan. Reload the page, look again, then act.",
)
define(
    "plans.line_unknown",
    status=404,
    zh="方案中没有这一行。请刷新页面。",
    en="The plan has no such line. Reload the page.",
)
define(
    "plans.edit_breaks",
    status=422,
    zh="这样改会违反规则：{rule}。这一行没有改动。",
    en="That would break a rule: {rule}. The line was not changed.",
)
define(
    "plans.check_failed",
    status=409,
    zh="方案未通过核查：{rule}。请修改有关行或重新计算后再采用。",
    en="The plan does not pass its check: {rule}. Change the lines it names or compute again, then adopt.",
)
define(
    "plans.adopted_meanwhile",
    status=409,
    zh="{when}，{who}采用了本区域的另一个方案（第{number}号），涉及同一批人员或地点。请按最新情况重新计算。",
    en="At {when}, {who} adopted another plan here (number {number}) that touches the same people or places. Compute this one again.",
)
define(
    "plans.inputs_changed",
    status=409,
    zh="方案计算之后，名单或地点有了变化。请重新计算，已固定的行会保留。",
    en="People or places have changed since the plan was computed. Compute again; pinned lines are kept.",
)
define(
    "plans.nothing_to_adopt",
    status=409,
    zh="方案里没有一行可以执行，不能采用。请修改条件后重新计算。",
    en="No line of the plan can be carried out, so it cannot be adopted. Change what was asked and compute again.",
)
define(
    "plans.broke_off",
    status=500,
    zh="计算中断，没有得出方案。可以重新开始。",
    en="The computation broke off before there was a plan. It can be started again.",
)
define(
    "plans.cancelled",
    status=409,
    zh="计算被取消，当时还没有可用的方案。可以重新开始。",
    en="The computation was cancelled before there was a plan. It can be started again.",
)
define(
    "plans.timeout",
    status=409,
    zh="在{seconds}秒内没有得出可用的方案。请延长时间或缩小范围后重新开始。",
    en="No plan was found within {seconds} s. Allow more time or a smaller area, then start again.",
)
define(
    "plans.infeasible",
    status=422,
    zh="按这些条件不存在可行的方案：{why}",
    en="Under these conditions no plan exists: {why}",
)
