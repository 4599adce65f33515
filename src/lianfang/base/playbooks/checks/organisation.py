"""Matters, triage, pairing, retention, checklists."""

from __future__ import annotations

from lianfang.base.playbooks.checks.common import check_reference, check_unique
from lianfang.base.playbooks.decode import Draft
from lianfang.base.playbooks.model.organisation import Checklist, MatterKind, Triage, TriageClause
from lianfang.base.playbooks.problems import Path
from lianfang.kernel.errors import LianfangError

RETENTION_CLASSES = ("incident", "public_record", "standing")


def check_matters(draft: Draft) -> None:
    """Every kind of matter has its own key."""
    kinds: tuple[MatterKind, ...] = draft.sections["matters"]
    check_unique(draft, ("matters",), (kind.key for kind in kinds))


def check_triage(draft: Draft) -> None:
    """The table decides every case, every clause can be reached, and all words in it are defined."""
    triage: Triage = draft.sections["triage"]
    matters = {kind.key for kind in draft.sections["matters"]}
    for name, outcome in triage.outcomes.items():
        path: Path = ("triage", "outcomes", name)
        check_reference(draft, (*path, "watch"), outcome.watch, draft.sections["watch_groups"], "watch_groups")
        check_reference(draft, (*path, "matter"), outcome.matter, matters, "matters")
        if outcome.watch is None and outcome.matter is None and not outcome.note:
            draft.add(path, LianfangError("playbook.outcome_says_nothing", outcome=name))
    caught = False
    for number, clause in enumerate(triage.clauses):
        if caught:
            draft.add(("triage", "clauses", number), LianfangError("playbook.triage_unreachable"))
        _check_clause(draft, ("triage", "clauses", number), clause, triage)
        caught = caught or not (clause.when or clause.editions)
    if not caught:
        draft.add(("triage", "clauses"), LianfangError("playbook.triage_not_total"))


def _check_clause(draft: Draft, path: Path, clause: TriageClause, triage: Triage) -> None:
    check_reference(draft, (*path, "then"), clause.then, triage.outcomes, "outcomes")
    editions = [edition.id for edition in draft.sections["editions"]]
    for word in clause.editions:
        check_reference(draft, (*path, "editions"), word, editions, "editions")
    for fact, answers in clause.when.items():
        if check_reference(draft, (*path, "when", fact), fact, triage.facts, "facts"):
            for answer in answers:
                check_reference(draft, (*path, "when", fact), answer, triage.facts[fact].answers, f"facts.{fact}")


def check_pairing(draft: Draft) -> None:
    """Every item of a template has its own key and room for one; a flow chart only leads to its own boxes."""
    for name, template in draft.sections["pairing_templates"].items():
        path: Path = ("pairing_templates", name)
        check_unique(draft, (*path, "items"), (item.key for item in template.items))
        for number, item in enumerate(template.items):
            if item.most < 1:
                draft.add((*path, "items", number), LianfangError("playbook.pairing_no_room", item=item.key))
        if template.card is not None:
            keys = [step.key for step in template.card.steps]
            check_unique(draft, (*path, "card", "steps"), keys)
            for number, step in enumerate(template.card.steps):
                place: Path = (*path, "card", "steps", number, "otherwise")
                check_reference(draft, place, step.otherwise, keys, "card.steps")


def check_retention(draft: Draft) -> None:
    """Data falls into exactly the three classes that the product knows."""
    classes = draft.sections["retention"].classes
    if tuple(sorted(classes)) != RETENTION_CLASSES:
        draft.add(
            ("retention", "classes"),
            LianfangError("playbook.retention_classes", expected=", ".join(RETENTION_CLASSES)),
        )


def check_checklists(draft: Draft) -> None:
    """Every checklist, every item and every alert has its own key."""
    check_unique(draft, ("alerts",), (rule.key for rule in draft.sections.get("alerts", ())))
    lists: tuple[Checklist, ...] = draft.sections["checklists"]
    check_unique(draft, ("checklists",), (checklist.key for checklist in lists))
    for number, checklist in enumerate(lists):
        check_unique(draft, ("checklists", number, "items"), (item.key for item in checklist.items))
