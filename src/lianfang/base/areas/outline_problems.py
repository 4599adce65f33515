# ruff: noqa: E501 - a table of sentences
"""The sentences of outlines in the tree of areas."""

from __future__ import annotations

from typing import Final

from lianfang.kernel.errors import define

_ALL: Final = [
    ("areas.outline_file_unknown", 404, "没有这份图纸，或它不在您的工作范围内。", "There is no such plan, or it lies outside your scope."),
    ("areas.outline_state", 409, "这份图纸的状态已变为“{state}”，不能再这样操作。请刷新页面。", "The plan is '{state}' by now, so this can't be done. Reload the page."),
    ("areas.outline_row_unknown", 404, "图纸中没有这一行，或它已不需要判断。请刷新页面。", "The plan has no such line, or nothing is asked about it any more. Reload the page."),
    ("areas.outline_answer_needed", 422, "请选择一栋楼，或填写新楼的名称。", "Choose a building, or give the name of a new one."),
    ("areas.outline_claimed", 409, "这栋楼已经给了图中的另一个轮廓，或本社区已有同名的楼。请另选。", "Another outline of the plan has this building, or the community has a building of that name. Choose another."),
    ("areas.outline_no_community", 422, "看不出属于哪个村（社区）。请在图中加上社区界，或按社区分别上传。", "It can't be told which community it lies in. Add the communities' borders to the plan, or send it by community."),
    ("areas.outline_no_name", 422, "轮廓内没有楼号，也不在已知楼栋的位置上。请指定是哪栋楼。", "There is no name inside, and no known building stands there. Say which building it is."),
    ("areas.outline_several", 422, "本社区有几栋楼叫这个名字。请指定是哪一栋。", "Several buildings of the community have this name. Say which one it is."),
    ("areas.outline_name_differs", 422, "这个位置上的楼在系统中是另一个名字。请确认是改名还是画错。", "The building known at this place has another name. Say whether it was renamed or drawn wrongly."),
    ("areas.outline_same_twice", 422, "图中有两个轮廓指向同一栋楼。请指定各是哪一栋。", "Two outlines of the plan claim the same building. Say which is which."),
    ("areas.outline_far", 422, "离这栋楼已有的轮廓超过80米。请确认坐标或楼号。", "It lies more than 80 m from the outline that this building has. Check the coordinates or the name."),
    ("areas.outline_code_unknown", 422, "图中写的楼栋编号在系统中不存在，或不在本社区。", "The building code in the plan is not known, or not of this community."),
    ("areas.outline_decided_away", 422, "已由工作人员略过。", "A person left it out."),
    ("areas.barrier_wrong", 422, "请至少画两个点，并选择是围墙、河流还是主干道。", "Draw at least two points and say whether it is a wall, a river or a main road."),
]  # fmt: skip

for _code, _status, _zh, _en in _ALL:
    define(_code, status=_status, zh=_zh, en=_en)
