"""The sentences of missions."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "missions.too_few",
    status=422,
    zh="“{unit}”里符合条件、又不在别的队里的只有{found}人，不够{asked}人。请减少人数，或先导入名册。",
    en="Only {found} of '{unit}' fit and are in no other team, not {asked}. Ask for fewer, or import the unit's list first.",
)
define(
    "missions.team_exists",
    status=409,
    zh="这里已经有同名的队伍“{team}”。请换一个名称。",
    en="There is a team '{team}' here already. Choose another name.",
)
define(
    "missions.team_taken",
    status=409,
    zh="队伍“{team}”已经在另一次派遣中，不能重复派出。请另选队伍，或先撤回那一次。",
    en="The team '{team}' is part of another sending already and cannot be sent twice. Choose another, or withdraw that one first.",
)
define(
    "missions.team_not_ready",
    status=409,
    zh="队伍“{team}”正在外面或休整，现在不能派出。请另选待命的队伍。",
    en="The team '{team}' is away or resting and cannot go now. Choose one that is ready.",
)
define(
    "missions.team_unfit",
    status=422,
    zh="队伍“{team}”的类别或技能不符合这项需求。请另选队伍。",
    en="The kind or the skills of the team '{team}' do not fit this need. Choose another team.",
)
define(
    "missions.need_wrong",
    status=422,
    zh="需求填写不完整：人数为1到100000，程度为1到3，截止日期不早于开始日期，也不早于今天。",
    en="The need is not complete: 1 to 100,000 people, severity 1 to 3, and an end no earlier than the beginning and today.",
)
define(
    "missions.need_over",
    status=409,
    zh="这项需求已经了结，不能再派队伍。请刷新页面。",
    en="This need is over; no team is sent for it any more. Load the page again.",
)
define(
    "missions.wrong_state",
    status=409,
    zh="这次派遣现在的状态不能这样操作，可能别人刚刚处理过。请刷新页面查看。",
    en="This cannot be done in the mission's present state; somebody may just have acted. Load the page again.",
)
define(
    "missions.nobody_goes",
    status=422,
    zh="名单上没有人能出发。请至少保留一人，或撤回这次派遣。",
    en="Nobody on the list would go. Keep at least one person, or withdraw the mission.",
)
define(
    "missions.turns_wrong",
    status=422,
    zh="班次设置不对：每天1到4班，每班不超过12小时；1班制按12小时计。请改后再派出。",
    en="The turns are not right: one to four a day, none longer than 12 hours. Change them before you send the team.",
)
define(
    "missions.nothing_chosen",
    status=422,
    zh="没有选择任何队伍。请至少勾选一行再确认。",
    en="No team is chosen. Tick at least one line before you go on.",
)
define(
    "missions.nothing_to_plan",
    status=422,
    zh="现在没有待命的队伍，或没有未满足的需求，无法给出方案。",
    en="There is no team ready, or no need that lacks people: nothing to propose.",
)
define(
    "retirement.duty_mission",
    status=409,
    zh="还有{count}支支援队伍没有返回。请先确认返回。",
    en="{count} teams have not come back yet. Confirm their return first.",
)
