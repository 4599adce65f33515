"""What can be refused about reports."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "report.form_unknown",
    status=404,
    zh="预案没有为{area}规定这样的报表。请核对报表名称或联系指挥部。",
    en="The playbook asks no such report of {area}. Check its name, or ask the command.",
)
define(
    "report.part_unknown",
    status=422,
    zh="这张报表每天报{parts}次，没有第{part}次。请核对。",
    en="This report is due {parts} times a day; there is no number {part}. Check it.",
)
define(
    "report.day_future",
    status=422,
    zh="{day}还没有到，不能提前确认日报。请选择今天或以前的日期。",
    en="{day} has not come yet; a report cannot be confirmed ahead. Choose today or an earlier day.",
)
define(
    "report.already_confirmed",
    status=409,
    zh="{area}{day}的报表已经确认（第{version}版）。如需更改，请提交更正并写明原因。",
    en="The report of {area} for {day} is confirmed already (version {version}). To change it, send a correction.",
)
define(
    "report.not_confirmed_yet",
    status=409,
    zh="{area}{day}的报表还没有确认，无需更正。请直接确认。",
    en="The report of {area} for {day} is not confirmed yet, so there is nothing to correct. Confirm it.",
)
define(
    "report.version_stale",
    status=409,
    zh="这份报表刚刚被别人更正为第{version}版。请查看新版后再决定。",
    en="Somebody has just corrected this report to version {version}. Look at it before you decide.",
)
define(
    "report.not_zero",
    status=422,
    zh="不能零报告：{columns}不是零。请核对后直接确认。",
    en="This is no zero report: {columns} are not zero. Check them and confirm the figures.",
)
define(
    "report.zero_unstated",
    status=422,
    zh="今天各项都是零。请选择“零报告”，明确表示没有情况。",
    en="Every figure is zero today. Choose the zero report, to state that there was nothing.",
)
define(
    "report.answer_missing",
    status=422,
    zh="还有问题没有回答：{columns}。请填写后确认。",
    en="There is still a question open: {columns}. Answer it, then confirm.",
)
define(
    "report.answer_not_a_count",
    status=422,
    zh="“{column}”应填0以上的整数，收到的是“{value}”。请改正。",
    en="'{column}' needs a whole number from 0 up, not '{value}'. Correct it.",
)
define(
    "report.answer_too_long",
    status=422,
    zh="“{column}”最多{limit}个字。请缩短。",
    en="'{column}' holds {limit} characters at most. Shorten it.",
)
define(
    "report.reason_missing",
    status=422,
    zh="更正需要写明原因。请填写。",
    en="A correction needs a reason. State it.",
)
define(
    "report.on_behalf_reason_missing",
    status=422,
    zh="代{area}报送需要写明原因。请填写。",
    en="To report on behalf of {area}, state the reason.",
)
define(
    "report.nothing_to_correct",
    status=409,
    zh="现在的数字与已确认的版本相同，无需更正。",
    en="The figures are the same as in the confirmed version; there is nothing to correct.",
)
define(
    "report.day_malformed",
    status=422,
    zh="日期或次数“{value}”不对。日期应写作2022-04-06。",
    en="The day or number '{value}' is not right. Write a day as 2022-04-06.",
)
define(
    "report.returned_already",
    status=409,
    zh="这一版已经退回，正等待单位更正。",
    en="This version was sent back already; the unit has yet to answer.",
)
define(
    "report.return_own",
    status=409,
    zh="本单位的报表不能由自己退回；如需更改，请提交更正。",
    en="A unit does not send back its own report; to change it, send a correction.",
)
define(
    "report.return_reason_missing",
    status=422,
    zh="退回需要写明原因，单位才知道改什么。请填写。",
    en="State why it is sent back, so that the unit knows what to correct.",
)
