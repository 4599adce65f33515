"""What the pages of outlines show and ask: layers, coordinates, control points, verdicts with a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy, pgettext_lazy

from lianfang.base.access.pages import reader_language
from lianfang.base.areas.api import ImportLine, RowLine, buildings, outline_rows, refused_counts
from lianfang.exchange.outlines import ControlPoint, Drawing, Frame, Role
from lianfang.exchange.outlines.problems import sentence
from lianfang.kernel.errors import LianfangError, problem
from lianfang.kernel.geo import gcj02_to_wgs84
from lianfang.kernel.numbers import is_whole
from lianfang.web.grids_svg import Shape, is_line, picture, rings_of

ROWS: Final = 100
POINTS: Final = 4
POINT_NAMES: Final = [f"{name}{n}" for n in range(1, POINTS + 1) for name in ("x", "y", "lon", "lat")]
ROLE_WORDS: Final[dict[Role, Any]] = {
    "building": gettext_lazy("buildings"), "wall": gettext_lazy("walls"), "river": gettext_lazy("rivers"),
    "road": gettext_lazy("main roads"), "compound": gettext_lazy("compounds"), "community": gettext_lazy("borders of communities"),
    "name": gettext_lazy("names"), "none": gettext_lazy("nothing that is needed"),
}  # fmt: skip
FRAME_WORDS: Final = {
    "wgs84": gettext_lazy("longitude and latitude, WGS-84 or CGCS2000 (satellite)"),
    "gcj02": gettext_lazy("longitude and latitude, GCJ-02 (Chinese base maps)"),
    "cgcs2000": gettext_lazy("metres in a CGCS2000 zone"),
    "points": gettext_lazy("a grid of its own: fit it by 2 to 4 control points"),
}
VERDICT_WORDS: Final = {
    "person": ("unknown", pgettext_lazy("verdict", "Needs a person")), "refused": ("act", pgettext_lazy("verdict", "Refused")),
    "changed": ("watch", pgettext_lazy("verdict", "Known building")), "new": ("good", pgettext_lazy("verdict", "New building")),
    "same": ("", pgettext_lazy("verdict", "Same")),
}  # fmt: skip
STATE_WORDS: Final = {
    "looked": ("watch", pgettext_lazy("plan file", "Layers open")), "staged": ("watch", pgettext_lazy("plan file", "Not taken yet")),
    "taken": ("good", pgettext_lazy("plan file", "Taken")), "undone": ("unknown", pgettext_lazy("plan file", "Taken back")),
}  # fmt: skip


def history(files: Sequence[ImportLine]) -> list[dict[str, Any]]:
    """The plans so far with their state in words."""
    return [{"file": one, "state": STATE_WORDS[one.state], "taken": _taken(one)} for one in files]


def _taken(one: ImportLine) -> int:
    return one.counts.get("new", 0) + one.counts.get("changed", 0)


# ------------------------------------------------------------------------------------- layers and coordinates


def look_context(
    drawing: Drawing, roles: Mapping[str, Role], guess: Frame | None, file: ImportLine, posted: Mapping[str, str]
) -> dict[str, Any]:
    """The picture of what was read, each layer with what it holds and is taken for, and the coordinates."""
    layers: list[dict[str, Any]] = []
    for n, one in enumerate(drawing.layers()):
        role = posted.get(f"role_{n}", roles.get(one.layer, "none"))
        choices = [(key, words, key == role) for key, words in ROLE_WORDS.items()]
        layers.append(
            {"n": n, "count": one, "choices": choices, "lost": [x for x in drawing.left_out if x.layer == one.layer]}
        )
    style = {layer["count"].layer: next(key for key, _words, on in layer["choices"] if on) for layer in layers}
    shapes = [Shape("", f"plan-{style.get(one.layer, 'none')}", [one.points]) for one in drawing.rings]
    shapes += [
        Shape("", f"plan-line plan-{style.get(one.layer, 'none')}", [one.points], closed=False)
        for one in drawing.strokes
    ]
    kind = posted.get("frame") or file.settings.get("frame") or (guess.kind if guess else "")
    said = file.settings.get("meridian") or (guess.meridian if guess else None) or ""
    box = drawing.box()
    points = posted or file.settings.get("points", {})
    return {
        "drawing": drawing, "layers": layers, "picture": picture(shapes, degrees=drawing.degrees), "role_words": ROLE_WORDS,
        "frames": [(key, words, key == kind) for key, words in FRAME_WORDS.items()], "guess": guess,
        "meridian": posted.get("meridian", said), "swapped": bool(guess and guess.swapped) or "swapped" in posted,
        "points": [{name: points.get(f"{name}{n}", "") for name in ("x", "y", "lon", "lat")} | {"n": n} for n in range(1, POINTS + 1)],
        "points_gcj": posted.get("points_in") == "gcj02", "box": [f"{value:,.3f}" for value in box] if box else [],
        "lost": _lost([(one.code, one.layer, 1) for one in drawing.left_out]),
    }  # fmt: skip


def _lost(reasons: Sequence[tuple[str, str, int]]) -> list[dict[str, Any]]:
    """What was left out, by reason and layer, in words."""
    total: dict[tuple[str, str], int] = {}
    for code, layer, count in reasons:
        total[code, layer] = total.get((code, layer), 0) + count
    ordered = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return [{"words": reason_words(code), "layer": layer, "count": count} for (code, layer), count in ordered]


def reason_words(code: str) -> str:
    """The sentence of a reason."""
    if not code:
        return ""
    return (
        sentence(code, reader_language())
        if code.startswith("outlines.")
        else problem(code).sentence({}, reader_language())
    )


def chosen(posted: Mapping[str, str], drawing: Drawing) -> tuple[dict[str, Role], Frame, dict[str, Any]]:
    """Roles and coordinates a person chose; raises outlines.frame_needed, outlines.number_needed, outlines.number_broken."""
    roles: dict[str, Role] = {}
    for n, one in enumerate(drawing.layers()):
        word = posted.get(f"role_{n}", "none")
        roles[one.layer] = next((role for role in ROLE_WORDS if role == word), "none")
    kind = posted.get("frame", "")
    match kind:
        case "wgs84" | "gcj02":
            frame = Frame("wgs84" if kind == "wgs84" else "gcj02", swapped="swapped" in posted)
        case "cgcs2000":
            word = posted.get("meridian", "").strip()
            if not (is_whole(word) and len(word) < 4):
                raise LianfangError("outlines.number_broken", text=word)
            frame = Frame("cgcs2000", int(word), "swapped" in posted)
        case "points":
            frame = Frame("points", points=tuple(_points(posted)))
        case _:
            raise LianfangError("outlines.frame_needed")
    settings: dict[str, Any] = {"roles": roles, "frame": kind, "meridian": frame.meridian, "swapped": frame.swapped}
    settings["points"] = {name: posted.get(name, "") for name in POINT_NAMES}
    return roles, frame, settings


def _points(posted: Mapping[str, str]) -> list[ControlPoint]:
    found = []
    for n in range(1, POINTS + 1):
        words = [posted.get(f"{name}{n}", "").strip().replace("，", ".") for name in ("x", "y", "lon", "lat")]
        if not any(words):
            continue
        if not all(words):
            raise LianfangError("outlines.points_few")
        x, y, longitude, latitude = (_number(word) for word in words)
        if posted.get("points_in") == "gcj02":
            longitude, latitude = gcj02_to_wgs84(longitude, latitude)
        found.append(ControlPoint(x, y, longitude, latitude))
    return found


def _number(word: str) -> float:
    try:
        value = float(word.replace(",", ""))
    except ValueError:
        raise LianfangError("outlines.number_needed", text=word[:20]) from None
    if abs(value) > 1e9 or value != value:  # noqa: PLR0124 - nan
        raise LianfangError("outlines.number_needed", text=word[:20])
    return value


# ---------------------------------------------------------------------------------------------------- verdicts


def verdict_context(file: ImportLine, query: Mapping[str, str]) -> dict[str, Any]:
    """The verdict bar, the picture by verdict, the rows of one verdict, and who must decide."""
    shown = query.get("verdict", "")
    shown = (
        shown if shown in VERDICT_WORDS else "person" if file.counts.get("person") and file.state == "staged" else ""
    )
    after = query.get("after", "")
    rows = outline_rows(
        file.id,
        verdict=shown,
        after=int(after) if is_whole(after) and len(after) < 9 else 0,
        limit=ROWS + 1,
    )
    drawn = [row for row in outline_rows(file.id, what="", limit=6000) if row.geometry]
    shapes = [_shape(row) for row in drawn]
    bar = [
        {"key": key, "label": VERDICT_WORDS[key][1], "count": file.counts.get(key, 0), "href": f"?verdict={key}#rows"}
        for key in VERDICT_WORDS
    ]
    done = {name: query.get(name, "") for name in ("outlines", "buildings", "barriers", "kept")}
    return {
        "file": file, "state": STATE_WORDS[file.state], "bar": bar, "picture": picture(shapes, degrees=True), "done": query.get("done", ""),
        "figures": {name: int(word) if is_whole(word) and len(word) < 9 else 0 for name, word in done.items()},
        "rows": [_row(row, file) for row in rows[:ROWS]], "following": rows[ROWS - 1].number if len(rows) > ROWS else 0, "shown": shown,
        "to_take": _taken(file) + file.counts.get("line_new", 0), "asked": file.counts.get("person", 0),
        "left": file.counts.get("person", 0) + file.counts.get("refused", 0), "lines_new": file.counts.get("line_new", 0),
        "lost": _lost(refused_counts(file.id)), "residuals": _residuals(file),
    }  # fmt: skip


def _shape(row: RowLine) -> Shape:
    shape = row.geometry or {}
    line = is_line(shape)
    style = f"plan-line plan-{row.what}" if line else f"verdict-{row.verdict}"
    return Shape(str(row.number), style, rings_of(shape), closed=not line, title=row.name)


def _residuals(file: ImportLine) -> list[dict[str, Any]]:
    """The error of each control point, and whether it proves anything."""
    found = file.settings.get("residuals") or []
    return [{"n": n, "metres": f"{metres:.2f}"} for n, metres in enumerate(found, start=1)]


def _row(row: RowLine, file: ImportLine) -> dict[str, Any]:
    state, word = VERDICT_WORDS[row.verdict]
    choices = []
    if row.verdict == "person" and file.state == "staged" and len(row.path) == 12:
        choices = [
            (one.path, f"{one.compound} {one.name}".strip())
            for one in buildings(row.path)
            if not one.path.endswith("0000")
        ]
    return {
        "row": row, "state": state, "word": word, "reason": reason_words(row.reason), "choices": choices,
        "asked": row.verdict == "person" and file.state == "staged", "area": f"{row.area_m2:,.0f}" if row.area_m2 else "",
    }  # fmt: skip
