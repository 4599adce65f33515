"""The whole of one playbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

import msgspec

from lianfang.base.playbooks.model.common import Dated, Key, Named, Source, Words
from lianfang.base.playbooks.model.disease import (
    AlertRule,
    Clock,
    ContactDefinition,
    DayCounting,
    Edition,
    Fever,
    Measure,
    Symptoms,
    ZoneModel,
)
from lianfang.base.playbooks.model.forms import DoorVisit, ReportForm, Reports
from lianfang.base.playbooks.model.organisation import (
    Checklist,
    MatterKind,
    PairingTemplate,
    RestRules,
    Retention,
    Triage,
)
from lianfang.base.playbooks.model.rounds import Rounds, TestingEdition
from lianfang.kernel.errors import LianfangError

D = TypeVar("D", bound=Dated)


class Playbook(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of incident: everything that engines are configured with. Immutable; made by the loader only."""

    playbook: Key
    version: int
    title: Words
    incident: Words
    sources: Mapping[str, Source]
    symptoms: Symptoms
    measures: Mapping[str, Measure]
    day_counting: Mapping[str, DayCounting]
    watch_groups: Mapping[str, Words]
    zone_models: Mapping[str, ZoneModel]
    editions: tuple[Edition, ...]
    clocks: Mapping[str, Clock]
    rounds: Rounds
    door_visits: tuple[DoorVisit, ...]
    reports: Reports
    matters: tuple[MatterKind, ...]
    triage: Triage
    pairing_templates: Mapping[str, PairingTemplate]
    rest: RestRules
    retention: Retention
    checklists: tuple[Checklist, ...]
    fever: Fever | None = None
    contact_definition: ContactDefinition | None = None
    code_colours: Mapping[str, Named] = {}
    alerts: tuple[AlertRule, ...] = ()

    def edition_on(self, day: date) -> Edition:
        """The edition of the control plan in force on a day; raises playbook.no_edition before the first."""
        return self._in_force(self.editions, day)

    def edition(self, key: str) -> Edition:
        """The edition with this id, for an incident that keeps to one; raises playbook.no_edition_named."""
        for found in self.editions:
            if found.id == key:
                return found
        raise LianfangError("playbook.no_edition_named", playbook=self.playbook, edition=key)

    def testing_on(self, day: date) -> TestingEdition:
        """The edition of the testing guide in force on a day; raises playbook.no_edition before the first."""
        return self._in_force(self.rounds.editions, day)

    def zone_model_on(self, day: date) -> ZoneModel | None:
        """The zones of the edition in force on a day; None when it has none."""
        zones = self.edition_on(day).zones
        return None if zones is None else self.zone_models[zones]

    def door_visit(self, key: str = "") -> DoorVisit | None:
        """The questionnaire with this key, the first for ''; None when the playbook has no such one."""
        return next((visit for visit in self.door_visits if key in ("", visit.key)), None)

    def report(self, key: str) -> ReportForm:
        """The report form with this key; raises playbook.no_report."""
        for form in self.reports.forms:
            if form.key == key:
                return form
        raise LianfangError("playbook.no_report", playbook=self.playbook, report=key)

    def _in_force(self, dated: Sequence[D], day: date) -> D:
        for found in dated:
            if found.in_force(day):
                return found
        raise LianfangError("playbook.no_edition", playbook=self.playbook, day=day.isoformat())
