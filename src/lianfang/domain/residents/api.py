"""The door of residents for other apps."""

from __future__ import annotations

from lianfang.domain.residents.rules import Verdict
from lianfang.domain.residents.roll import Resident, building_names, people_of
from lianfang.domain.residents.services import (
    ImportReport,
    UndoReport,
    discard_import,
    fact_of_import,
    import_residents,
    knows_people,
    stage_residents,
    take_residents,
    undo_import,
)

__all__ = [
    "ImportReport",
    "Resident",
    "UndoReport",
    "Verdict",
    "building_names",
    "discard_import",
    "fact_of_import",
    "import_residents",
    "knows_people",
    "people_of",
    "stage_residents",
    "take_residents",
    "undo_import",
]
