"""What the import pages show, made ready for the templates: columns with samples, verdicts, rows with their reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lianfang.base.access.api import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.access.places import Place
from lianfang.domain.residents.browsing import areas_below
from lianfang.domain.residents.import_reads import KEPT, PAGE, ImportFile, ImportRow
from lianfang.domain.residents.reading import REGISTERS, Reason
from lianfang.domain.residents.rules import Verdict
from lianfang.domain.residents.uploads import Look
from lianfang.kernel.divisions import Level, short_name
from lianfang.kernel.errors import problem
from lianfang.kernel.identity import mask_name, mask_number, mask_phone

VERDICTS: dict[str, tuple[str, str, Promise]] = {
    Verdict.REFUSED: ("refused", "act", pgettext_lazy("verdict", "Refused")),
    Verdict.NEEDS_PERSON: ("person", "unknown", pgettext_lazy("verdict", "Needs a person")),
    Verdict.CHANGED: ("changed", "watch", pgettext_lazy("verdict", "Changed")),
    Verdict.NEW: ("new", "good", pgettext_lazy("verdict", "New")),
    Verdict.SAME: ("same", "", pgettext_lazy("verdict", "Same")),
}
"""By verdict: key of the bar, interface state, word; what a person has to do comes first."""
BAR_ORDER = (Verdict.NEW, Verdict.SAME, Verdict.CHANGED, Verdict.REFUSED, Verdict.NEEDS_PERSON)
FILE_STATES: dict[str, tuple[str, Promise]] = {
    "staged": ("watch", pgettext_lazy("import", "Not taken yet")),
    "taken": ("good", pgettext_lazy("import", "Taken")),
    "undone": ("unknown", pgettext_lazy("import", "Taken back")),
}
CONFIDENCE: dict[str, tuple[str, Promise]] = {
    "given": ("good", gettext_lazy("Chosen")),
    "exact": ("good", gettext_lazy("Sure")),
    "synonym": ("good", gettext_lazy("Known heading")),
    "values": ("watch", gettext_lazy("By its values")),
    "none": ("unknown", gettext_lazy("Not recognised")),
}
HOUSEHOLD_HOME = ("building", "entrance", "door")
SAMPLES_SHOWN = 3


def headings(register: str) -> dict[str, str]:
    """Headings of a register's columns by name, in the reader's language."""
    return {spec.name: spec.heading(reader_language()) for spec in REGISTERS[register]}


def area_choices(place: Place) -> list[tuple[str, str]]:
    """Where a file may go: the reader's own area first, then what lies right below it."""
    own = [(place.code, place.name)]
    if place.level >= Level.COMMUNITY:
        return own
    return own + [(code, f"　{name}") for _path, name, code in areas_below(place.path)]


def look_columns(look: Look, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """The columns of a sent file with what each was taken for. chosen: what was posted, for a form that comes back."""
    lines = []
    for column in look.columns:
        state, word = CONFIDENCE[column.confidence]
        lines.append(
            {
                "field": f"column_{column.number}",
                "letters": column.letters,
                "header": column.header,
                "samples": [_sample(column.name, one) for one in column.samples[:SAMPLES_SHOWN]],
                "state": state,
                "word": word,
                "name": chosen.get(f"column_{column.number}", column.name),
            }
        )
    return lines


def _sample(name: str, value: str) -> str:
    """A sample as far as the columns can be told by it: numbers of papers and phones stay masked."""
    if name == "id_no":
        return mask_number(value)
    return mask_phone(value) if name == "phone" else value


def missing_columns(look: Look) -> str:
    """Required columns that were not found, in words."""
    words = headings(look.register)
    return "、".join(words[name] for name in look.missing())


def bar(file: ImportFile, chosen: str) -> list[dict[str, Any]]:
    """The verdict bar, in the order new, same, changed, refused, needs a person."""
    return [
        {
            "key": VERDICTS[one][0],
            "label": VERDICTS[one][2],
            "count": file.counts.get(one, 0),
            "href": f"?verdict={one}",
        }
        for one in BAR_ORDER
    ]


def filters(file: ImportFile, chosen: str, kept: int) -> list[dict[str, Any]]:
    """Verdicts with counts as filters of the table, what needs somebody first."""
    items = [
        {
            "href": f"?verdict={one}#rows",
            "label": word,
            "count": file.counts.get(one, 0),
            "state": state,
            "current": chosen == one,
        }
        for one, (_key, state, word) in VERDICTS.items()
        if file.counts.get(one, 0)
    ]
    if kept:
        kept_word = _("Kept at undo")
        items.insert(
            0,
            {
                "href": f"?verdict={KEPT}#rows",
                "label": kept_word,
                "count": kept,
                "state": "watch",
                "current": chosen == KEPT,
            },
        )
    return items


def first_verdict(file: ImportFile, kept: int) -> str:
    """The verdict a page opens on: the first that somebody has to look at."""
    if kept:
        return KEPT
    return next((str(one) for one in VERDICTS if file.counts.get(one, 0)), Verdict.NEW.value)


ELSEWHERE = frozenset({"residents.identity_to_check", "residents.moved_community"})
"""Reasons for which a transfer can be asked for."""


def row_lines(rows: Sequence[ImportRow], register: str, *, open_names: bool) -> list[dict[str, Any]]:
    """Rows for the table: number, home, name, reasons by cell. open_names: the reader may see names and doors."""
    words = headings(register)
    lines = []
    for row in rows[:PAGE]:
        _key, state, word = VERDICTS.get(row.verdict, ("", "", row.verdict))
        lines.append(
            {
                "row": row,
                "state": state,
                "word": word,
                "name": _name(row, open_names),
                "home": _home(row, register, open_names),
                "elsewhere": any(reason.code in ELSEWHERE for reason in row.reasons),
                "reasons": [_reason(reason, row.values, words, open_names) for reason in row.reasons],
            }
        )
    return lines


def _name(row: ImportRow, open_names: bool) -> str:
    name = str(row.values.get("name") or "")
    return name if open_names else mask_name(name)


def _home(row: ImportRow, register: str, open_names: bool) -> str:
    if not open_names:
        return "***"
    parts = ("home_address",) if register == "returnee" else HOUSEHOLD_HOME
    return " ".join(str(row.values[part]) for part in parts if row.values.get(part))


def _reason(reason: Reason, values: Mapping[str, Any], words: Mapping[str, str], open_names: bool) -> dict[str, str]:
    value = str(values.get(reason.column) or "")
    if reason.column == "id_no":
        value = mask_number(value)
    elif reason.column == "phone":
        value = mask_phone(value)
    elif not open_names:
        value = ""
    said = problem(reason.code).sentence(reason.values, reader_language())
    shown = "" if value in said else value[:40]
    return {"column": words.get(reason.column, ""), "value": shown, "sentence": said, "code": reason.code}


def may_read_whole(file: ImportFile, actor: Actor) -> bool:
    """Whether names and doors of a file's rows are shown: to who sees them anyway, and to who sent the file."""
    return actor.sees("residents", "named") or file.account_id == actor.account_id


def history_lines(files: Sequence[ImportFile], actor: Actor) -> list[dict[str, Any]]:
    """Imports for the history table."""
    made = []
    for file in files:
        state, word = FILE_STATES[file.state]
        made.append(
            {
                "file": file,
                "state": state,
                "word": word,
                "area": short_name(file.area),
                "own": file.account_id == actor.account_id,
            }
        )
    return made
