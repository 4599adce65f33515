"""The sentences of pairings."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "pairings.template_unknown",
    status=404,
    zh="没有名为“{template}”的包联模板。请从列表中选择，或在预案里补充。",
    en="There is no pairing template called '{template}'. Choose one of the list, or add it to the playbook.",
)
define(
    "pairings.item_unknown",
    status=422,
    zh="这个模板没有“{item}”这一项。请从缺项列表中选择。",
    en="This template has no item '{item}'. Choose one of those listed.",
)
define(
    "pairings.item_kind",
    status=422,
    zh="“{item}”要填的是{wanted}。请改填。",
    en="'{item}' takes {wanted}. Fill in that.",
)
define(
    "pairings.target_kind",
    status=422,
    zh="模板“{template}”不用于这种对象。请改选模板或对象。",
    en="The template '{template}' is not for this kind of target. Choose another template or target.",
)
define(
    "pairings.target_unknown",
    status=404,
    zh="要包联的对象不存在、已撤销，或不在您的工作范围内。请从列表中选择。",
    en="What is to be paired does not exist, is gone, or lies outside your scope. Choose it from the list.",
)
define(
    "pairings.share_unknown",
    status=422,
    zh="“{share}”不是小区的一部分。请选整体、出入口、夜间或某号门。",
    en="'{share}' is no share of a compound. Choose all of it, its gates, its nights or one gate.",
)
define(
    "pairings.nothing_named",
    status=422,
    zh="请至少选择一个包联对象。",
    en="Name at least one target.",
)
define(
    "pairings.taken",
    status=409,
    zh="这个对象已有同一模板的包联（第{number}号），由{who}负责。要换人，请在那里办理交接。",
    en="This target has a live pairing of this template already (number {number}), held by {who}. To change people, hand it over there.",
)
define(
    "pairings.term_upside_down",
    status=422,
    zh="包联到期日{until_on}早于开始日{from_on}。请核对两个日期。",
    en="The term ends on {until_on}, before it starts on {from_on}. Check the two days.",
)
define(
    "pairings.term_past",
    status=422,
    zh="包联到期日{until_on}已经过去。请写一个今天或以后的日期。",
    en="The term ended on {until_on} already. Give today or a later day.",
)
define(
    "pairings.beyond_term",
    status=422,
    zh="这项包联到{until_on}为止，其中一项不能更晚。请先延长或改日期。",
    en="This pairing lasts until {until_on}, so none of its parts can last longer. Choose an earlier day.",
)
define(
    "pairings.member_unknown",
    status=404,
    zh="没有这位人员，或其不在您的工作范围内。请核对人员编号。",
    en="There is no such member, or they are outside your scope. Check the member's code.",
)
define(
    "pairings.member_left",
    status=422,
    zh="这位人员已经离开，不能再承担包联。请另选一人。",
    en="This member has left and takes on no pairing any more. Choose somebody else.",
)
define(
    "pairings.unit_unknown",
    status=404,
    zh="没有这个单位，或它不在您的工作范围内。请从列表中选择。",
    en="There is no such unit, or it is outside your scope. Choose one of the list.",
)
define(
    "pairings.unit_dissolved",
    status=422,
    zh="“{unit}”已经撤销，不能再承担包联。请另选单位。",
    en="'{unit}' has been dissolved and takes on no pairing any more. Choose another unit.",
)
define(
    "pairings.incident_over",
    status=409,
    zh="这次事件没有在进行，不能再安排包联。请选进行中的事件，或用常设模板。",
    en="This incident is not open, so nothing is paired in it. Choose an open incident or a standing template.",
)
define(
    "pairings.incident_needed",
    status=422,
    zh="对人的管控包联只能放在一次事件里，事件结束即销毁。请先选事件。",
    en="Somebody's control belongs to an incident and is destroyed with it. Choose the incident first.",
)
define(
    "pairings.member_full",
    status=409,
    zh="这个模板规定一人最多包联{most}个对象，此人将达到{held}个。请分给其他人。",
    en="By this template one member takes on {most} at most, and this one would have {held}. Give some to others.",
)
define(
    "pairings.item_full",
    status=409,
    zh="这一项最多由{most}人（单位）承担，已经满了。要换人，请办理交接。",
    en="This item has room for {most} and is full. To change people, hand it over.",
)
define(
    "pairings.there_already",
    status=409,
    zh="此人（单位）已经在承担这一项。请另选。",
    en="They hold this item already. Choose somebody else.",
)
define(
    "pairings.over",
    status=409,
    zh="这项包联已经结束。请新建一项。",
    en="This pairing has ended. Make a new one.",
)
define(
    "pairings.part_over",
    status=409,
    zh="这一项已经交接或结束。请刷新页面。",
    en="This part was handed over or has ended already. Load the page again.",
)
define(
    "pairings.handover_day",
    status=422,
    zh="交接日不能早于接手日{from_on}，也不能在将来。请核对日期。",
    en="A handover lies neither before {from_on}, when it was taken on, nor ahead of today. Check the day.",
)
define(
    "pairings.circular_handover",
    status=409,
    zh="这样交接会回到原来的人（单位）手里，等于没有交接。请另选接手人。",
    en="This hands it back to those it just came from, so nothing is handed over. Choose somebody else.",
)
define(
    "pairings.nothing_to_keep",
    status=422,
    zh="只有承诺和走访联系才需要记为已办。",
    en="Only a promise, a talk or a visit can be marked as done.",
)
define(
    "pairings.day_ahead",
    status=422,
    zh="完成日期不能在将来。请填今天或以前的日期。",
    en="What is done cannot lie ahead. Give today or an earlier day.",
)
define(
    "pairings.words_missing",
    status=422,
    zh="请写明内容，最多{most}个字。",
    en="Say what it is, in {most} characters at most.",
)
define(
    "pairings.row_community_unknown",
    status=422,
    zh="{cell}：范围内没有叫“{text}”的村社区，或有同名的。请写12位代码。",
    en="{cell}: no community here is called '{text}', or several are. Write the 12-digit code.",
)
define(
    "pairings.row_unit_unknown",
    status=422,
    zh="{cell}：范围内没有叫“{text}”的单位。请先导入单位。",
    en="{cell}: no unit in your scope is called '{text}'. Import the units first.",
)
define(
    "pairings.row_member_unknown",
    status=422,
    zh="{cell}：“{text}”不在本单位名单里，或有同名的。请写人员编号。",
    en="{cell}: '{text}' is not on this unit's list, or several are called so. Write the member's code.",
)
define(
    "pairings.row_taken",
    status=409,
    zh="{cell}：“{text}”已有同一模板的包联。要换人请办理交接。",
    en="{cell}: '{text}' is paired under this template already. To change people, hand it over.",
)
define(
    "pairings.row_twice",
    status=422,
    zh="{cell}：“{text}”在表中与前面的行矛盾（同一项有不同的人或单位）。请核对。",
    en="{cell}: '{text}' contradicts an earlier row (another person or unit for the same item). Check them.",
)
define(
    "pairings.row_nobody",
    status=422,
    zh="{cell}：这一行既没有单位也没有人。请补充。",
    en="{cell}: this row names neither a unit nor anybody. Complete it.",
)
define(
    "pairings.nothing_to_take",
    status=422,
    zh="表中没有可以采用的行。请按每行的说明改正后再传。",
    en="No row of the table can be taken. Correct them as each says, and send it again.",
)
