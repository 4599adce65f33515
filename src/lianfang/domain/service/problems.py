"""The sentences of members' own pages and of records of service."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "service.code_unknown",
    status=404,
    zh="编码不对，或者已经失效。请对照纸条上的编码，或请您的单位或社区重新打印一张。",
    en="This code is not right, or it has ended. Compare it with the slip, or ask your unit or community for a new one.",
)
define(
    "service.locked",
    status=429,
    zh="输错次数太多，请半小时后再试，或联系您的单位或社区。",
    en="Too many wrong answers. Try again in half an hour, or ask your unit or community.",
)
define(
    "service.answer_wrong",
    status=422,
    zh="不对。请输入证件号码最后四位，或完整的手机号码。",
    en="That is not right. Enter the last four signs of your paper's number, or your whole mobile number.",
)
define(
    "service.nothing_to_ask",
    status=409,
    zh="名册里没有您的证件号码和手机号码，无法核对身份。请带证件到单位或社区补登记一项；此前由岗位负责人代您签到。",
    en="The list holds neither your paper's number nor your telephone, so nothing can be asked. Take your paper to your unit or "
    "community and have one entered; until then the head of your post checks you in.",
)
define(
    "service.nobody",
    status=404,
    zh="这个账号没有对应的人员名册。请用纸条上的编码打开，或请单位把账号和您的名册连起来。",
    en="No entry among the members belongs to this account. Use the code on your slip, or ask your unit to tie the account to it.",
)
define(
    "service.home_code_wrong",
    status=422,
    zh="社区报到码不对。请对照社区张贴的报到码重新输入，或扫描二维码。",
    en="The community's code is not right. Compare it with the notice at the community, or scan the square.",
)
define(
    "service.times_wrong",
    status=422,
    zh="{day}的时间不对：请按“08:00”的样子填写开始和结束，并且两个不能相同。",
    en="The hours of {day} are not right: write a beginning and an end like 08:00, and not twice the same.",
)
define(
    "service.words_missing",
    status=422,
    zh="请写明哪里不对（500字以内）。",
    en="Say what is not right, in at most 500 characters.",
)
define(
    "service.day_missing",
    status=422,
    zh="请写明是哪一天（今天或以前）。",
    en="Say which day it was: today or before.",
)
define(
    "service.enough_open",
    status=409,
    zh="您已有五条异议在等答复。请等答复后再提。",
    en="Five of your objections wait for an answer already. Please wait for the office to answer.",
)
define(
    "service.already_open",
    status=409,
    zh="这一条您已经提过异议，正在等答复。",
    en="You objected to this line already; the answer is awaited.",
)
define(
    "service.answered_already",
    status=409,
    zh="这条异议已经答复过了。请刷新页面查看。",
    en="This objection has been answered already. Load the page again.",
)
define(
    "service.hours_wrong",
    status=422,
    zh="更正后的时长不对：请填0到24之间的小时数。",
    en="The corrected hours are not right: give a number from 0 to 24.",
)
define(
    "service.purpose_missing",
    status=422,
    zh="请先选择查看服务记录的用途；用途会记录下来，本人能看到。",
    en="Choose what the record is read for; it is written down and the member sees it.",
)
define(
    "retirement.duty_objection",
    status=409,
    zh="还有{count}条对服务记录的异议没有答复。请先答复。",
    en="{count} objections to records of service wait for an answer. Answer them first.",
)
