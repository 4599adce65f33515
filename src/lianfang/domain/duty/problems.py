"""The sentences of duty."""

from __future__ import annotations

from typing import Final

from lianfang.kernel.errors import define

SOFT: Final = ("duty.rest_short", "duty.too_long", "duty.week_full", "duty.nights_in_row")
"""Rules that an office may set aside for once, on record; the others hold always."""

_SENTENCES: Final[tuple[tuple[str, int, str, str], ...]] = (
    ("duty.post_once", 409, "这里已有同名的岗位。请换一个名称，或在原岗位上排班。",
     "A post of this name stands here already. Choose another name, or plan at that post."),
    ("duty.post_ended", 409, "这个岗位已经撤销。请另设岗位。", "This post has been given up. Set up another one."),
    ("duty.post_unsound", 422, "岗位的时段或人数不对：时段在0到24点之间、人数不为负。请改正。",
     "The hours or numbers of this post are not right: hours lie between 0 and 24, numbers are not negative. Correct them."),
    ("duty.kind_unknown", 422, "没有“{kind}”这种岗位。请选卡点、门岗、瞭望、采样台、巡逻或重点单位。",
     "There is no kind of post '{kind}'. Choose checkpoint, gate, lookout, desk, patrol or key unit."),
    ("duty.shift_unsound", 422, "班次的起止时间或人数不对：一班不超过24小时，人数1至500。请改正。",
     "The times or the number of this shift are not right: at most 24 hours, 1 to 500 people. Correct them."),
    ("duty.shift_over", 409, "这一班已经结束，不能再排人或改动。", "This shift is over; nobody can be booked and nothing changed."),
    ("duty.shift_held", 409, "这一班已有人值守，不能取消。请先换人或减少人数。",
     "Somebody is booked for this shift, so it can't be cancelled. Release them first."),
    ("duty.full", 409, "这一班已经排满。请另选一班。", "This shift is full. Choose another one."),
    ("duty.skill_missing", 409, "这一班要求的技能此人没有登记。请换人，或先补登技能。",
     "This shift asks for a skill that is not registered for this person. Choose somebody else, or register the skill."),
    ("duty.double_booked", 409, "此人这段时间已有别的班。同一时间只能在一处值守。",
     "This person has another shift at that time. Nobody can stand in two places at once."),
    ("duty.not_available", 409, "这段时间不在此人自报的可值守时间内。请另选时间，或请本人更改。",
     "This time lies outside the hours that this person has offered. Choose another, or let them change it."),
    ("duty.rest_short", 409, "与前后班次之间休息不足{hours}小时。请换人或换班。",
     "Less than {hours} hours of rest before or after another shift. Choose another person or shift."),
    ("duty.too_long", 409, "这一班超过了单班最长时间。请拆成两班。", "This shift is longer than one person may stand. Split it in two."),
    ("duty.week_full", 409, "此人本周的值守时间已到上限。请换人。", "This person has reached the hours of a week. Choose somebody else."),
    ("duty.nights_in_row", 409, "连续夜班已到上限。请换人。", "The limit of nights in a row is reached. Choose somebody else."),
    ("duty.member_gone", 409, "此人已离队或不存在。请换人。", "This person has left or does not exist. Choose somebody else."),
    ("duty.not_expected", 409, "这一班已改动或不再等待此人。请重新打开页面。",
     "This shift has changed or waits for nobody any more. Open the page again."),
    ("duty.not_now", 409, "现在不能签到或签退：签到从开始前一小时起，到结束为止。请核对时间。",
     "This is not the time: check-in opens an hour before the start and closes at the end. Check the time."),
    ("duty.not_there", 409, "此人还没有签到，不能签退。请先签到。",
     "This person has not checked in, so can't check out. Check in first."),
    ("duty.no_slot_here", 404, "现在这里没有排您的班。请核对时间和岗位，或联系负责人。",
     "No shift of yours is due here now. Check the time and the post, or ask whoever is in charge."),
    ("duty.replaced_already", 409, "这个位置已经有人接替。请重新打开列表。", "Somebody has stepped in already. Open the list again."),
    ("duty.swap_waits", 409, "这一班已在等对方答复。请先等答复或撤回。",
     "An offer for this shift waits already. Wait for the answer or take it back."),
    ("duty.swap_over", 409, "这项换班已经答复或撤回。请重新打开页面。",
     "This offer was answered or taken back already. Open the page again."),
    ("duty.roster_broken", 409, "班表中有{count}处不合规则（{why}），没有发布。请先调整。",
     "{count} lines of the roster break a rule ({why}), so it was not published. Change them first."),
    ("duty.alone", 409, "{post}在{at}只排了一人，该岗位须两人以上。请补人或撤下此人。",
     "{post} would have one person alone at {at}; at least two must stand there. Add somebody or take this one away."),
    ("duty.words_missing", 422, "请写交接事项（500字以内）。", "Write what the next crew must know, in at most 500 characters."),
    ("duty.day_wrong", 422, "要确认哪一天的到岗情况不清楚，未作确认。请回到该日的页面重新提交。",
     "Which day's attendance is meant can't be told; nothing was confirmed. Go back to the page of that day and send again."),
    ("duty.attendance_unsound", 422, "出勤数不对：到岗人数不能多于在编人数。请改正。",
     "These numbers can't be: more people present than on the staff. Correct them."),
    ("duty.no_shifts", 422, "这段时间没有要排的班次。请先给岗位设班次。",
     "There are no shifts to fill in these days. Set up shifts at the posts first."),
    ("duty.nobody", 422, "这里还没有可以排班的人员。请先导入或登记人员。",
     "There is nobody here who could be put on a roster. Import or register members first."),
    ("duty.too_many", 422, "这里有{found}人可排，一次最多{most}人。请按单位或下级区域分开排。",
     "{found} members could be chosen here; at most {most} at once. Plan by unit or by smaller areas."),
    ("duty.choose", 422, "请先在列表中选择。", "Choose one from the list first."),
    ("duty.area_too_large", 422, "这里的岗位超过{most}个，请打开下级区域查看。",
     "There are more than {most} posts here. Open one of the areas below."),
)  # fmt: skip
for _code, _status, _zh, _en in _SENTENCES:
    define(_code, status=_status, zh=_zh, en=_en)
