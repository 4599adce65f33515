"""What a kind of plan is, and which kinds there are. Each kind is one module of `kinds/` that registers one object."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lianfang.base.access.api import Actor
from lianfang.domain.plans import problems  # noqa: F401  (defines its sentences)
from lianfang.domain.plans.models import Plan
from lianfang.kernel.errors import LianfangError
from lianfang.planning import Result, Stop, Violation
from lianfang.planning.stop import OnProgress

MODULES: Final = ("organisations", "deployment", "grids", "roster", "sites", "routes")
"""Modules of `kinds/` in the order of the list."""


@dataclass(frozen=True)
class Field:
    """One question of the form. choices: (value, words) for a list; else a number from least to most. why: one sentence, shown
    under the field: where the default comes from. default: what is known."""

    name: str
    words: str
    default: Any
    why: str = ""
    choices: Sequence[tuple[str, str]] = ()
    least: float = 0
    most: float = 1_000_000
    whole: bool = True


@dataclass
class Built:
    """What a kind read and made of it: the problem for the engine, and what its numbers mean.

    problem: an object of an engine of `lianfang.planning`. labels: plain values (texts, numbers, lists, mappings, arrays)
    that turn lines back into things; kept with the problem. inputs: what decides whether the plan is still current (default: the problem).
    pins, previous, params: as the engine's `solve` takes them. arguments: the problem as its class is called, for files
    (default: its fields).
    """

    problem: Any
    labels: dict[str, Any] = field(default_factory=dict)
    inputs: Any = None
    pins: Any = None
    previous: Any = None
    params: Any = None
    arguments: dict[str, Any] | None = None


@dataclass(frozen=True)
class PlanLine:
    """One line as a kind makes it; the columns of `models.Line`."""

    subject: str
    target: str
    path: str
    role: str = ""
    amount: float = 1
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    pinned: bool = False
    edited: bool = False


@dataclass(frozen=True)
class Tell:
    """An item for somebody's list: for a role at an area (`for_role`), or for an account. path: `U` and a lineage for an office of a unit.

    what: a code with words in `worklist.py`; subject: once per plan. link: an address inside the product.
    """

    what: str
    subject: str
    path: str
    for_role: str = ""
    for_account: int | None = None
    link: str = ""
    urgency: int = 1


@dataclass(frozen=True)
class Adopted:
    """What adoption wrote, as a count, and who hears about it."""

    written: int
    tells: Sequence[Tell] = ()


@dataclass(frozen=True)
class Figure:
    """One figure of the head of a plan beside the rule of thumb. better: whether less or more is good, '' for neither."""

    key: str
    plan: float
    baseline: float | None = None
    unit: str = ""
    better: str = "less"


@dataclass(frozen=True)
class Remark:
    """A sentence about the plan as a whole: what binds, what one more person would buy. The words are the kind's."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """The words of a subject or a target on a page, and an address if it has one."""

    words: str
    href: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Heads:
    """What the columns of subjects and targets are called, the map, and what it counts; amount: the column of amounts, '' for none.

    roles: whether lines have roles.
    """

    subject: str
    target: str
    map: str
    layer: str
    amount: str = ""
    roles: bool = True


class Kind(ABC):
    """A kind of plan. Subclass, fill in what is abstract, `register(…)`. Everything below is called inside the entered scope of somebody.

    key: its name in addresses. label: what it is called. says: one sentence, what comes out. engine: the module of
    `lianfang.planning` that solves it. propose, adopt_right: verbs of access.yaml (`other`). levels: area levels it can be
    asked for (1 province … 5 community). seconds: the stop rule offered. maps: whether the page shows a map of lines by area.
    board: a template of the kind shown above the lines, fed by `context`.
    """

    key: str = ""
    label: Promise | str = ""
    says: Promise | str = ""
    engine: str = ""
    icon: str = "map-pin"
    propose: str = "plan"
    adopt_right: str = "adopt_plan"
    levels: tuple[int, ...] = (2, 3, 4, 5)
    seconds: float = 30.0
    maps: bool = True
    board: str = ""

    def heads(self) -> Heads:
        """The heads of the table of lines and of the map."""
        return Heads(_("Who"), _("Where to"), _("Where people go"), _("People placed / seats"))

    def links(self, plan: Plan, path: str) -> Sequence[Said]:
        """Other pages that show a part of the plan's area, for its head."""
        return ()

    def fields(self, actor: Actor, path: str) -> Sequence[Field]:
        """The few questions, with defaults from the playbook and the data."""
        return ()

    @abstractmethod
    def build(self, actor: Actor, path: str, params: Mapping[str, Any], replaces: Plan | None = None) -> Built:
        """Read what is there and make the problem. replaces: the plan this one shall take the place of (who is bound by it
        is free again). Raises LianfangError where there is nobody, nothing, or no sense; ProblemError passes through."""

    def solve(self, built: Built, *, stop: Stop, seed: int, on_progress: OnProgress | None = None) -> Result:
        """Let the engine work; the same seed and stop give the same answer as far as the engine promises."""
        extra = {} if built.params is None else {"params": built.params}
        found: Result = self.module.solve(
            built.problem,
            stop=stop,
            seed=seed,
            pins=built.pins,
            previous=built.previous,
            on_progress=on_progress,
            **extra,
        )
        return found

    def check(self, built: Built, result: Result) -> list[Violation]:
        """The independent checker of the engine."""
        found: list[Violation] = self.module.check(built.problem, result)
        return found

    def baseline(self, built: Built) -> Result | None:
        """The coordinator's rule of thumb."""
        found: Result = self.module.baseline(built.problem)
        return found

    @abstractmethod
    def lines(self, built: Built, result: Result) -> Sequence[PlanLine]:
        """The plan as lines in their order, with a reason each; who got no place is a line without target."""

    @abstractmethod
    def result_of(self, built: Built, lines: Sequence[PlanLine]) -> Result:
        """The engine's result that these (edited) lines stand for, with its true objective, so that `check` can judge it."""

    @abstractmethod
    def pin(self, built: Built, lines: Sequence[PlanLine]) -> Built:
        """The freshly built problem with the pinned lines held and the earlier plan as `previous`."""

    def choices(self, built: Built, lines: Sequence[PlanLine], n: int) -> Sequence[tuple[str, str]]:
        """Where line n may go instead: (value, words); '' stands for nowhere."""
        return ()

    @abstractmethod
    def edit(self, built: Built, lines: Sequence[PlanLine], n: int, choice: str) -> list[PlanLine]:
        """All lines after a person chose for line n; the plan is checked afterwards."""

    def figures(self, built: Built, result: Result, baseline: Result | None) -> Sequence[Figure]:
        """The figures of the head."""
        return ()

    def remarks(self, built: Built, result: Result, lines: Sequence[PlanLine]) -> Sequence[Remark]:
        """What binds, and what one more would buy."""
        return ()

    def wanted(self, built: Built) -> Mapping[str, int]:
        """Seats by path (a community, or higher where there are many): what the map compares with."""
        return {}

    def context(self, plan: Plan, path: str) -> Mapping[str, Any]:
        """What the kind's own board needs, for a part of the plan's area."""
        return {}

    @abstractmethod
    def adopt(self, actor: Actor, plan: Plan, built: Built, lines: Sequence[PlanLine]) -> Adopted:
        """Write the plan through the api of the engine that owns it, in the running transaction."""

    # ------------------------------------------------------------------------------------------------------- words

    def names(self, plan: Plan, subjects: set[str], targets: set[str]) -> dict[str, Said]:
        """Words for subjects and targets, as far as the reader's scope shows them."""
        return {}

    def sentence(self, code: str, values: Mapping[str, Any]) -> str:
        """The words of a reason, a remark, a figure's key or a role."""
        return code

    @property
    def module(self) -> Any:
        """The engine."""
        return import_module(f"lianfang.planning.{self.engine}")


_KINDS: dict[str, Kind] = {}


@cache
def _load() -> None:
    """Import the modules of `kinds/` when somebody first asks for a plan: solvers take seconds and 200 MB of a process."""
    for name in MODULES:
        import_module(f"lianfang.domain.plans.kinds.{name}")


def register(kind: Kind) -> Kind:
    """Make a kind known."""
    _KINDS[kind.key] = kind
    return kind


def kind_of(key: str) -> Kind:
    """A kind by name; raises plans.kind_unknown."""
    _load()
    try:
        return _KINDS[key]
    except KeyError:
        raise LianfangError("plans.kind_unknown", kind=key[:30]) from None


def kinds() -> tuple[Kind, ...]:
    """All kinds in the order of the list, those of elsewhere after them."""
    _load()
    return tuple(sorted(_KINDS.values(), key=lambda kind: MODULES.index(kind.key) if kind.key in MODULES else 99))
