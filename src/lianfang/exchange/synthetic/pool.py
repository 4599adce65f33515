"""A pool of plausible households, before any county has its say: who lives with whom, and of what age.

Each kind of household is drawn a few thousand times. The shares of the kinds and the distances in age are assumptions;
what the census publishes about a county is imposed afterwards by weighting (`weights`), so that they matter little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Ages = npt.NDArray[np.int16]
Draw = Callable[[np.random.Generator, int], "Drawn"]

LARGEST: Final = 9
"""Largest family household that is generated (assumption; the census does not publish sizes)."""
OLDEST: Final = 104
_SEED: Final = 20201101
_BOYS: Final = 0.53  # assumption: 112 boys to 100 girls


class Relation(IntEnum):
    """Relation to the head of the household."""

    HEAD = 0
    SPOUSE = 1
    SON = 2
    DAUGHTER = 3
    SON_IN_LAW = 4
    DAUGHTER_IN_LAW = 5
    GRANDSON = 6
    GRANDDAUGHTER = 7
    FATHER = 8
    MOTHER = 9
    SIBLING = 10
    COLLECTIVE = 11


RELATIONS_ZH: Final = (
    "户主",
    "配偶",
    "子",
    "女",
    "女婿",
    "儿媳",
    "孙子",
    "孙女",
    "父亲",
    "母亲",
    "兄弟姐妹",
    "集体户成员",
)
"""By Relation. The words are those of household registers (compare GB/T 4761)."""


@dataclass(frozen=True)
class Drawn:
    """n households of one kind, all of the same size: arrays (n, size) of age, male, relation."""

    age: Ages
    male: npt.NDArray[np.bool_]
    relation: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Pool:
    """Households (h) and their members (m), ordered by household, head first.

    size, generations (0 = collective), prior: per household; start: index of its first member. age, male, relation:
    per member.
    """

    size: npt.NDArray[np.int64]
    generations: npt.NDArray[np.int64]
    prior: npt.NDArray[np.float64]
    start: npt.NDArray[np.int64]
    age: Ages
    male: npt.NDArray[np.bool_]
    relation: npt.NDArray[np.int8]


def _pick(rng: np.random.Generator, n: int, low: int, high: int, *, power: float = 1.0) -> Ages:
    """Ages from low to high; power above 1 makes the low ones likelier."""
    return (low + (high - low + 1) * rng.random(n) ** power).astype(np.int16)


def _gap(rng: np.random.Generator, n: int) -> Ages:
    """Years between a mother and her child (assumption: 26 ± 4.5, 18 to 42)."""
    return np.clip(np.rint(rng.normal(26, 4.5, n)), 18, 42).astype(np.int16)


def _partner(rng: np.random.Generator, wife: Ages) -> Ages:
    """Age of the husband (assumption: 1.5 ± 2.5 years older, from 3 years younger to 15 older)."""
    older = np.clip(np.rint(rng.normal(1.5, 2.5, wife.size)), -3, 15)
    husband: Ages = np.clip(wife + older, 18, OLDEST).astype(np.int16)
    return husband


def _children(rng: np.random.Generator, n: int, count: int, *, oldest: int) -> list[Ages]:
    """Ages of brothers and sisters, eldest first, two to five years apart."""
    ages = [_pick(rng, n, 0, oldest, power=1.3)]
    for _ in range(count - 1):
        ages.insert(0, (ages[0] + rng.integers(2, 6, n)).astype(np.int16))
    return ages


def _assemble(rng: np.random.Generator, people: list[tuple[Ages, bool | None, Relation]]) -> Drawn:
    """Columns of people (age, sex or None for either, relation) to arrays; children's relation follows their sex."""
    pairs = {Relation.SON: Relation.DAUGHTER, Relation.GRANDSON: Relation.GRANDDAUGHTER}
    ages, males, relations = [], [], []
    for age, male, relation in people:
        sex = rng.random(age.size) < _BOYS if male is None else np.full(age.size, male)
        ages.append(np.clip(age, 0, OLDEST).astype(np.int16))
        males.append(sex)
        relations.append(np.where(sex, relation, pairs.get(relation, relation)).astype(np.int8))
    return Drawn(np.stack(ages, 1), np.stack(males, 1), np.stack(relations, 1))


def _couple(rng: np.random.Generator, wife: Ages) -> list[tuple[Ages, bool | None, Relation]]:
    return [(_partner(rng, wife), True, Relation.HEAD), (wife, False, Relation.SPOUSE)]


def _single(rng: np.random.Generator, n: int) -> Drawn:
    return _assemble(rng, [(_pick(rng, n, 18, 95), None, Relation.HEAD)])


def _pair(rng: np.random.Generator, n: int) -> Drawn:
    return _assemble(rng, _couple(rng, _pick(rng, n, 20, 90)))


def _flatmates(rng: np.random.Generator, n: int) -> Drawn:
    first = _pick(rng, n, 18, 45)
    others: list[tuple[Ages, bool | None, Relation]] = [
        ((first + rng.integers(-4, 5, n)).clip(16).astype(np.int16), None, Relation.SIBLING) for _ in range(2)
    ]
    return _assemble(rng, [(first, None, Relation.HEAD), *others])


def _family(count: int) -> Draw:
    def draw(rng: np.random.Generator, n: int) -> Drawn:
        children = _children(rng, n, count, oldest=35)
        mother = (children[0] + _gap(rng, n)).astype(np.int16)
        return _assemble(rng, [*_couple(rng, mother), *((age, None, Relation.SON) for age in children)])

    return draw


def _one_parent(count: int) -> Draw:
    def draw(rng: np.random.Generator, n: int) -> Drawn:
        children = _children(rng, n, count, oldest=60)
        parent = (children[0] + _gap(rng, n)).astype(np.int16)
        return _assemble(rng, [(parent, None, Relation.HEAD), *((age, None, Relation.SON) for age in children)])

    return draw


def _grandchildren(count: int) -> Draw:
    def draw(rng: np.random.Generator, n: int) -> Drawn:
        children = _children(rng, n, count, oldest=16)
        elder = (children[0] + _gap(rng, n) + _gap(rng, n)).astype(np.int16)
        return _assemble(rng, [*_couple(rng, elder), *((age, None, Relation.GRANDSON) for age in children)])

    return draw


def _with_parents(children_count: int, parents: int) -> Draw:
    """A couple of middle age with children (or none) and one or two parents of the husband."""

    def draw(rng: np.random.Generator, n: int) -> Drawn:
        if children_count:
            children = _children(rng, n, children_count, oldest=22)
            wife = (children[0] + _gap(rng, n)).astype(np.int16)
        else:
            children, wife = [], _pick(rng, n, 40, 68)
        couple = _couple(rng, wife)
        mother = (couple[0][0] + _gap(rng, n)).clip(0, OLDEST).astype(np.int16)
        elders: list[tuple[Ages, bool | None, Relation]] = [(mother, False, Relation.MOTHER)]
        if parents == 2:
            elders.append((_partner(rng, mother), True, Relation.FATHER))
        return _assemble(rng, [*couple, *((age, None, Relation.SON) for age in children), *elders])

    return draw


def _elder_head(elders: int, grandchildren: int, *, great: bool = False) -> Draw:
    """One or two elders as heads, a son with his wife, grandchildren, and perhaps the elders' own mother."""

    def draw(rng: np.random.Generator, n: int) -> Drawn:
        children = _children(rng, n, grandchildren, oldest=20)
        young_wife = (children[0] + _gap(rng, n)).astype(np.int16)
        son = _partner(rng, young_wife)
        elder = (son + _gap(rng, n)).clip(0, OLDEST).astype(np.int16)
        people: list[tuple[Ages, bool | None, Relation]] = [(elder, None, Relation.HEAD)]
        if elders == 2:
            people = _couple(rng, elder)
        people += [(son, True, Relation.SON), (young_wife, False, Relation.DAUGHTER_IN_LAW)]
        people += [(age, None, Relation.GRANDSON) for age in children]
        if great:
            people.append(((elder + _gap(rng, n)).clip(0, OLDEST).astype(np.int16), False, Relation.MOTHER))
        return _assemble(rng, people)

    return draw


def _collective(rng: np.random.Generator, n: int) -> Drawn:
    """One person of a dormitory, barrack or home (assumption: mostly pupils, students and young workers)."""
    age = _pick(rng, n, 15, 22)
    kind = rng.random(n)
    age = np.where(kind < 0.35, _pick(rng, n, 18, 59, power=1.5), age)
    age = np.where(kind < 0.05, _pick(rng, n, 65, 95), age)
    return _assemble(rng, [(age.astype(np.int16), None, Relation.COLLECTIVE)])


_KINDS: Final[tuple[tuple[int, float, int, Draw], ...]] = (
    # generations, prior share within them (assumption), households drawn, how
    (1, 0.42, 1500, _single), (1, 0.56, 1500, _pair), (1, 0.02, 300, _flatmates),
    (2, 0.42, 1800, _family(1)), (2, 0.27, 1800, _family(2)), (2, 0.06, 800, _family(3)), (2, 0.01, 300, _family(4)),
    (2, 0.08, 700, _one_parent(1)), (2, 0.02, 400, _one_parent(2)),
    (2, 0.05, 500, _with_parents(0, 1)), (2, 0.03, 400, _with_parents(0, 2)),
    (2, 0.04, 500, _grandchildren(1)), (2, 0.02, 400, _grandchildren(2)),
    (3, 0.18, 700, _with_parents(1, 1)), (3, 0.18, 700, _with_parents(2, 1)), (3, 0.10, 500, _with_parents(1, 2)),
    (3, 0.10, 500, _with_parents(2, 2)), (3, 0.02, 200, _with_parents(3, 2)),
    (3, 0.08, 500, _elder_head(1, 1)), (3, 0.08, 500, _elder_head(1, 2)), (3, 0.12, 500, _elder_head(2, 1)),
    (3, 0.12, 500, _elder_head(2, 2)), (3, 0.02, 200, _elder_head(2, 3)),
    (4, 0.40, 200, _elder_head(1, 1, great=True)), (4, 0.30, 200, _elder_head(2, 1, great=True)),
    (4, 0.26, 200, _elder_head(2, 2, great=True)), (4, 0.03, 100, _elder_head(2, 3, great=True)),
    (4, 0.01, 100, _elder_head(2, 4, great=True)),
    (0, 1.00, 1500, _collective),
)  # fmt: skip


@lru_cache(maxsize=1)
def pool() -> Pool:
    """The pool, always the same. Households are ordered by kind, then by the age of the head."""
    rng = np.random.default_rng(_SEED)
    sizes, generations, priors, ages, males, relations = [], [], [], [], [], []
    for generation, share, count, draw in _KINDS:
        drawn = draw(rng, count)
        order = np.argsort(drawn.age[:, 0], kind="stable")
        sizes.append(np.full(count, drawn.age.shape[1], dtype=np.int64))
        generations.append(np.full(count, generation, dtype=np.int64))
        priors.append(np.full(count, share / count))
        ages.append(drawn.age[order].ravel())
        males.append(drawn.male[order].ravel())
        relations.append(drawn.relation[order].ravel())
    size = np.concatenate(sizes)
    start = np.cumsum(size) - size
    return Pool(
        size, np.concatenate(generations), np.concatenate(priors), start,
        np.concatenate(ages), np.concatenate(males), np.concatenate(relations),
    )  # fmt: skip
