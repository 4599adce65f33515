"""The rights card of a person under control, and its flow chart laid out as boxes and arrows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lianfang.base.playbooks.api import FlowStep, PairingCard
from lianfang.kernel.errors import Language

WIDTH: Final = 720
"""Width of the drawing, in units of its own; it is scaled to the paper."""
BOX: Final = (280, 52)
_GAP: Final = 30
_LEFT, _RIGHT = 40, 400
_LINE: Final = 17
_LETTERS: Final[dict[Language, int]] = {"zh": 17, "en": 36}
"""Characters of a line that fit a box at 15 units' letters; assumption from the fonts of the style sheet."""


@dataclass(frozen=True)
class Box:
    """A box of the chart with its lines of text. question: it has a no; side: reached by a no."""

    x: int
    y: int
    lines: tuple[tuple[int, str], ...]
    question: bool
    side: bool

    @property
    def middle(self) -> int:
        """The middle of the box, from the left."""
        return self.x + BOX[0] // 2

    @property
    def points(self) -> str:
        """The corners of a question: a box with pointed sides."""
        (width, height), x, y = BOX, self.x, self.y
        half, left, right = y + height // 2, x + 14, x + width - 14
        return f"{left},{y} {right},{y} {x + width},{half} {right},{y + height} {left},{y + height} {x},{half}"


@dataclass(frozen=True)
class Arrow:
    """A line from one box to another; no: it leaves a question sideways."""

    path: str
    no: bool
    label_x: int
    label_y: int
    yes: bool = False


@dataclass(frozen=True)
class Chart:
    """A flow chart: the way down on the left, where a no leads on the right."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def wrapped(text: str, language: Language) -> list[str]:
    """A text in lines that fit a box: between words in English, anywhere in Chinese."""
    most = _LETTERS[language]
    if language == "zh":
        return [text[at : at + most] for at in range(0, len(text), most)][:3]
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines[:3]


def chart_of(card: PairingCard, language: Language) -> Chart:
    """The flow chart of a card in one language: steps that only a no reaches stand on the right."""
    sides = {step.otherwise for step in card.steps if step.otherwise}
    down = [step for step in card.steps if step.key not in sides]
    aside = [step for step in card.steps if step.key in sides]
    height = BOX[1]
    boxes = {step.key: _box(step, _LEFT, 8 + at * (height + _GAP), language) for at, step in enumerate(down)}
    first = {step.key: min(boxes[one.key].y for one in down if one.otherwise == step.key) for step in aside}
    floor = 0
    for step in sorted(aside, key=lambda one: first[one.key]):
        y = max(first[step.key], floor)
        boxes[step.key] = _box(step, _RIGHT, y, language, side=True)
        floor = y + height + _GAP
    arrows = [_down(boxes[a.key], boxes[b.key]) for a, b in pairwise(down)]
    arrows += [_aside(boxes[step.key], boxes[step.otherwise]) for step in down if step.otherwise]
    bottom = max(box.y for box in boxes.values()) + height + 12
    return Chart(WIDTH, bottom, tuple(boxes.values()), tuple(arrows))


def _box(step: FlowStep, x: int, y: int, language: Language, *, side: bool = False) -> Box:
    lines = wrapped(step.zh if language == "zh" else step.en, language)
    top = y + BOX[1] // 2 - (len(lines) - 1) * _LINE // 2 + 5
    said = tuple((top + at * _LINE, text) for at, text in enumerate(lines))
    return Box(x, y, said, step.otherwise is not None, side)


def _down(above: Box, below: Box) -> Arrow:
    start = above.y + BOX[1]
    return Arrow(f"M{above.middle} {start} V{below.y - 2}", False, above.middle + 8, start + 19, yes=above.question)


def _aside(question: Box, target: Box) -> Arrow:
    start, y = question.x + BOX[0], question.y + BOX[1] // 2
    end = target.y + BOX[1] // 2
    bend = start + (target.x - start) // 2
    return Arrow(f"M{start} {y} H{bend} V{end} H{target.x - 2}", True, start + 8, y - 7)
