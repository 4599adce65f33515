"""Pure decisions about plans: states and their words, and what a form's answers mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from lianfang.domain.plans.registry import Field
from lianfang.domain.plans.words import Words
from lianfang.kernel.errors import LianfangError

OPEN: Final = ("solving", "proposed", "failed")
STATES: Final[Words] = {
    "solving": _("being computed"),
    "proposed": _("proposed"),
    "adopted": _("adopted"),
    "withdrawn": _("withdrawn"),
    "superseded": _("superseded"),
    "failed": _("no plan found"),
}


def state_words(state: str) -> str:
    """The words of a state."""
    return str(STATES.get(state, state))


def read_params(fields: Sequence[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """Answers by name, the default where there is none; raises plans.param_wrong, plans.choice_wrong."""
    return {field.name: _read(field, given.get(field.name, field.default)) for field in fields}


def _read(field: Field, value: Any) -> Any:
    if field.choices:
        if str(value) not in {choice for choice, _ in field.choices}:
            raise LianfangError("plans.choice_wrong", field=field.words)
        return str(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not field.least <= number <= field.most or (field.whole and number != int(number)):
        raise LianfangError("plans.param_wrong", field=field.words, least=_shown(field.least), most=_shown(field.most))
    return int(number) if field.whole else number


def _shown(value: float) -> float | int:
    return int(value) if value == int(value) else value
