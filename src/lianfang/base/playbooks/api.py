"""The door of the playbooks: load one, ask it for the edition of a day, lay a watch out on the calendar."""

from lianfang.base.playbooks.formulas import (
    Absent,
    ColumnTerm,
    Formula,
    Identity,
    IdentityOutcome,
    MetricTerm,
    parse_formula,
    parse_identity,
)
from lianfang.base.playbooks.loader import check_file, load_playbook, load_shipped, shipped_names, shipped_path
from lianfang.base.playbooks.metric_names import MetricName, known_metrics, register_metric
from lianfang.base.playbooks.model.disease import Edition, Stage, Watch, ZoneModel
from lianfang.base.playbooks.model.forms import Column, DoorVisit, Question, ReportForm
from lianfang.base.playbooks.model.organisation import (
    FlowStep,
    MatterKind,
    PairingCard,
    PairingItem,
    PairingTemplate,
    RestRules,
    Triage,
)
from lianfang.base.playbooks.model.playbook import Playbook
from lianfang.base.playbooks.model.rounds import NotSampledReason, Rounds, TestingEdition
from lianfang.base.playbooks.problems import Mistake, Place, PlaybookError
from lianfang.base.playbooks.watchdays import StageDays, WatchDays, gap_fill, lay_out

__all__ = [
    "Absent",
    "Column",
    "ColumnTerm",
    "DoorVisit",
    "Edition",
    "FlowStep",
    "Formula",
    "Identity",
    "IdentityOutcome",
    "MatterKind",
    "MetricName",
    "MetricTerm",
    "Mistake",
    "NotSampledReason",
    "PairingCard",
    "PairingItem",
    "PairingTemplate",
    "Place",
    "Playbook",
    "PlaybookError",
    "Question",
    "ReportForm",
    "RestRules",
    "Rounds",
    "Stage",
    "StageDays",
    "TestingEdition",
    "Triage",
    "Watch",
    "WatchDays",
    "ZoneModel",
    "check_file",
    "gap_fill",
    "known_metrics",
    "lay_out",
    "load_playbook",
    "load_shipped",
    "parse_formula",
    "parse_identity",
    "register_metric",
    "shipped_names",
    "shipped_path",
]
