"""The sentences of workforce."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "workforce.circular_parent",
    status=409,
    zh="上级单位不能是它自己或它的下级单位。请另选一个上级。",
    en="A unit cannot be placed under itself or under one of its own units. Choose another parent.",
)
define(
    "workforce.unit_exists",
    status=409,
    zh="这里已有同名的单位。请打开那个单位，或换一个名称。",
    en="There is a unit of this name here already. Open that one, or choose another name.",
)
define(
    "workforce.name_missing",
    status=422,
    zh="名称为空或太长（最多80字）。请填写名称。",
    en="The name is blank or longer than 80 characters. Enter one.",
)
define(
    "workforce.member_outside",
    status=422,
    zh="名单中有人不在您能看到的人员里。请从本辖区或本单位的人员中选择。",
    en="Somebody on the list is not among the people you see. Choose members of your area or unit.",
)
define(
    "workforce.not_temporary",
    status=409,
    zh="这是常设单位，不能解散。只有临时组织可以解散。",
    en="This is a standing unit and cannot be dissolved. Only temporary teams are.",
)
define(
    "workforce.dissolved_already",
    status=409,
    zh="这个组织已经解散。请重新打开列表。",
    en="This team is dissolved already. Open the list again.",
)
define(
    "workforce.tie_unknown",
    status=422,
    zh="没有写清这支队伍设在哪里。请选择岗位、点位、楼栋、小区、网格或管控区。",
    en="What the team is tied to is not clear. Choose a post, site, building, compound, grid or zone.",
)
define(
    "workforce.kind_not_temporary",
    status=422,
    zh="“{kind}”不是临时组织。请选择临时党支部、工作组、突击队等。",
    en="'{kind}' is no temporary team. Choose a temporary branch, a group, a squad or the like.",
)
define(
    "workforce.no_phone",
    status=404,
    zh="这位人员没有登记电话。请通过其单位联系。",
    en="No telephone is recorded for this member. Reach them through their unit.",
)
define(
    "workforce.member_here",
    status=409,
    zh="此人已在这个单位。请打开其页面。",
    en="This person is in this unit already. Open their page.",
)
define(
    "workforce.left_already",
    status=409,
    zh="此人已登记离开。请重新打开页面。",
    en="This member is recorded as having left already. Open the page again.",
)
define(
    "workforce.registered_already",
    status=409,
    zh="此人已在这个社区报到，不必重复。",
    en="This member is registered in this community already; once is enough.",
)
define(
    "workforce.not_registered",
    status=409,
    zh="此人目前没有报到登记。",
    en="This member has no live registration.",
)
define(
    "workforce.not_found_by_name",
    status=404,
    zh="没有找到用这个姓名和电话（或证件号）登记的人员。请核对；仍找不到的，请告诉社区，由社区录入。",
    en="Nobody is listed with this name and telephone, or this number. Check them; if it still fails, tell the office, which enters you.",
)
define(
    "workforce.too_many_tries",
    status=429,
    zh="这里试的次数太多了。请十分钟后再试，或请社区代为录入。",
    en="Too many tries from here. Try again in ten minutes, or let the office enter you.",
)
define(
    "workforce.hours_wrong",
    status=422,
    zh="时间不对：结束要晚于开始，最长可到次日24点。请改正。",
    en="The hours don't fit: the end lies after the start, at the latest at midnight of the next day. Correct them.",
)
