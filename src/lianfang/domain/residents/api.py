"""The door of residents for other apps."""

from __future__ import annotations

from lianfang.domain.residents import packs
from lianfang.domain.residents.exports import write_roll
from lianfang.domain.residents.import_jobs import LARGE_BYTES, LARGE_ROWS
from lianfang.domain.residents.import_pages import BAR_ORDER as VERDICT_ORDER
from lianfang.domain.residents.import_pages import VERDICTS
from lianfang.domain.residents.import_reads import StagedFile
from lianfang.domain.residents.job_pages import JobPages
from lianfang.domain.residents.life import Entry, entry
from lianfang.domain.residents.pages import KINDS, SEXES, TAGS, secret_rows
from lianfang.domain.residents.reading import Reason
from lianfang.domain.residents.roll import (
    Resident,
    building_names,
    doors_lived_in,
    doors_of,
    people_of,
    present_at,
    some_of,
)
from lianfang.domain.residents.rules import SEXES as SEX_CODES
from lianfang.domain.residents.rules import Verdict, fold_text, phone_digits
from lianfang.domain.residents.selectors import (
    Found,
    Home,
    Line,
    Page,
    by_code,
    counts,
    homes_of,
    list_people,
    open_secret,
    people_by_ids,
    people_of_building,
    person,
)
from lianfang.domain.residents.services import (
    ImportReport,
    UndoReport,
    discard_import,
    fact_of_import,
    import_residents,
    in_one_go,
    knows_people,
    stage_residents,
    take_residents,
    undo_import,
)
from lianfang.domain.residents.staged_rows import (
    ImportLine,
    RowLine,
    import_line,
    rows_of,
    write_refused_rows,
)
from lianfang.domain.residents.staging import read_batch

__all__ = [
    "KINDS",
    "LARGE_BYTES",
    "LARGE_ROWS",
    "SEXES",
    "SEX_CODES",
    "TAGS",
    "VERDICTS",
    "VERDICT_ORDER",
    "Entry",
    "Found",
    "Home",
    "ImportLine",
    "ImportReport",
    "JobPages",
    "Line",
    "Page",
    "Reason",
    "Resident",
    "RowLine",
    "StagedFile",
    "UndoReport",
    "Verdict",
    "building_names",
    "by_code",
    "counts",
    "discard_import",
    "doors_lived_in",
    "doors_of",
    "entry",
    "fact_of_import",
    "fold_text",
    "homes_of",
    "import_line",
    "import_residents",
    "in_one_go",
    "knows_people",
    "list_people",
    "open_secret",
    "packs",
    "people_by_ids",
    "people_of",
    "people_of_building",
    "person",
    "phone_digits",
    "present_at",
    "read_batch",
    "rows_of",
    "secret_rows",
    "some_of",
    "stage_residents",
    "take_residents",
    "undo_import",
    "write_refused_rows",
    "write_roll",
]
