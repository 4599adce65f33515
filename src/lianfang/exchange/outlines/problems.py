# ruff: noqa: E501 - a table of sentences: one line a sentence
"""What can be wrong with a file of outlines: refusals of the file, and reasons why one thing of it was left out."""

from __future__ import annotations

from typing import Final

from lianfang.kernel.errors import define, problem

# code, status, Chinese, English
_FILE: Final = [
    ("outlines.empty_file", 422, "文件是空的（0 字节）。请重新导出后再上传。", "The file is empty (0 bytes). Export it again and send it once more."),
    ("outlines.too_large", 413, "文件有 {size_mb} MB，超过 {limit_mb} MB 的上限。请按乡镇或社区拆分后分别上传。", "The file has {size_mb} MB, more than the limit of {limit_mb} MB. Split it by township or community."),
    ("outlines.dwg", 422, "这是 DWG 文件，无法读取。请在 CAD 中另存为 DXF（R2000 或更高版本）后再上传。", "This is a DWG file, which can't be read. Save it as DXF (R2000 or later) in the CAD program and send that."),
    ("outlines.packed", 422, "这是压缩包或打包文件，没有解压。请解压后上传其中的 GeoJSON 或 DXF 文件。", "This is a packed file and was not opened. Unpack it and send the GeoJSON or DXF file inside."),
    ("outlines.wrong_type", 422, "这不是 GeoJSON，也不是 DXF。请从 CAD 或地图软件导出其中一种。", "This is neither GeoJSON nor DXF. Export one of the two from the CAD or map program."),
    ("outlines.damaged", 422, "文件不完整或已损坏，无法读取（{detail}）。请在 CAD 中打开检查后重新另存。", "The file is incomplete or damaged and can't be read ({detail}). Open and check it in the CAD program, then save it anew."),
    ("outlines.too_much", 413, "文件中的{what}超过 {limit}，不像楼栋图，已拒绝。请只保留需要的图层，或按社区拆分。", "The file holds more than {limit} {what}, unlike a plan of buildings, and is refused. Keep only the layers needed, or split it by community."),
    ("outlines.reader_ended", 422, "读取文件时超出了时间或内存限制，没有写入任何数据。请只保留需要的图层，或按社区拆分。", "Reading the file went past its limit of time or memory; nothing was written. Keep only the layers needed, or split it by community."),
    ("outlines.nothing_found", 422, "文件中没有可用的楼栋轮廓：{rings} 个闭合图形，{strokes} 条线，{texts} 个文字。请检查楼栋是否画成闭合多段线。", "The file holds no usable outline of a building: {rings} closed shapes, {strokes} lines, {texts} texts. Check that buildings are drawn as closed polylines."),
    ("outlines.frame_needed", 422, "请选择坐标系：图中坐标不是经纬度，也没有说明。", "Choose the coordinate system: the coordinates are no degrees, and the file doesn't say."),
    ("outlines.out_of_range", 422, "坐标不在中国范围内（例如 {x}，{y}）。请检查坐标系、中央经线，或经纬度是否写反。", "The coordinates lie outside China (for example {x}, {y}). Check the coordinate system, the central meridian, or whether longitude and latitude are swapped."),
    ("outlines.elsewhere", 422, "按所选坐标系，图纸离“{name}”有 {km} 公里。请检查坐标系、中央经线或控制点。", "With this coordinate system the plan lies {km} km from {name}. Check the coordinate system, the central meridian or the control points."),
    ("outlines.points_few", 422, "至少需要 2 个控制点，最多 4 个；每个都要有图上坐标和经纬度。", "At least 2 and at most 4 control points are needed, each with its place on the plan and its longitude and latitude."),
    ("outlines.points_same", 422, "控制点相互重合或相距太近，无法定位。请选择相距较远的点。", "The control points coincide or lie too close together. Choose points far from each other."),
    ("outlines.fit_poor", 422, "控制点互相矛盾：最大误差 {metres} 米，超过 {limit} 米。请核对各点坐标及其坐标系。", "The control points contradict each other: the largest error is {metres} m, more than {limit} m. Check their coordinates and the coordinate system."),
    ("outlines.scale_odd", 422, "按控制点计算，图上一个单位等于 {metres} 米，不像建筑图。请核对控制点。", "By the control points one unit of the plan is {metres} m, unlike a site plan. Check the control points."),
    ("outlines.number_needed", 422, "“{text}”不是数字。坐标请写成十进制数，例如 114.4012。", "'{text}' is no number. Write coordinates as decimals, for example 114.4012."),
    ("outlines.number_broken", 422, "“{text}”不是中央经线。请填 75 到 135 之间、能被 3 整除的整数。", "'{text}' is no central meridian. Give a whole number from 75 to 135 that can be divided by 3."),
]  # fmt: skip
_PART: Final = [
    ("outlines.open", 422, "轮廓没有闭合。请在 CAD 中闭合该多段线。", "The outline is not closed. Close the polyline in the CAD program."),
    ("outlines.crosses_itself", 422, "轮廓自相交。请重新描绘。", "The outline crosses itself. Draw it again."),
    ("outlines.few_points", 422, "不足三个点，不成图形。", "Fewer than three points make no shape."),
    ("outlines.too_small", 422, "面积小于 {least} 平方米，不像楼栋。", "It covers less than {least} m², unlike a building."),
    ("outlines.too_big", 422, "面积大于 {most} 平方米，不像楼栋。", "It covers more than {most} m², unlike a building."),
    ("outlines.twice", 422, "与另一个轮廓完全重复。", "It is the same outline a second time."),
    ("outlines.inside_another", 422, "大部分落在另一个轮廓之内，可能是楼内构件或注记框。", "Most of it lies inside another outline; perhaps a part of that building or the frame of a note."),
    ("outlines.bad_number", 422, "坐标不是有效数字。", "A coordinate is no valid number."),
    ("outlines.not_a_polygon", 422, "不是多边形或线，未读取。", "It is no polygon and no line and was not read."),
    ("outlines.too_many_points", 422, "一个轮廓的点数超过 {limit}。请简化后再导出。", "One outline has more than {limit} points. Simplify it and export again."),
    ("outlines.block_unread", 422, "图块无法展开。请在 CAD 中炸开图块后另存。", "The block can't be resolved. Explode it in the CAD program and save again."),
]  # fmt: skip

for _code, _status, _zh, _en in (*_FILE, *_PART):
    define(_code, status=_status, zh=_zh, en=_en)

LEAST_M2: Final = 8
"""A smaller outline is no building: a kiosk has about ten square metres (assumption)."""
MOST_M2: Final = 200_000
"""A larger outline is a compound or a community: the largest halls cover about a hundred thousand square metres (assumption)."""
VALUES: Final = {
    "outlines.too_small": {"least": LEAST_M2},
    "outlines.too_big": {"most": MOST_M2},
    "outlines.too_many_points": {"limit": 20_000},
}
"""What fills the sentences about parts."""


def sentence(code: str, language: str) -> str:
    """Why a part was left out, in words."""
    return problem(code).sentence(VALUES.get(code, {}), "en" if language.startswith("en") else "zh")
