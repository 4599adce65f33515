"""A playbook as a page of text for a terminal: what is in force on a day, the forms, where the numbers come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import msgspec

from lianfang.base.playbooks.checks.sources import walk
from lianfang.base.playbooks.metric_names import known_metrics
from lianfang.base.playbooks.model.common import Sourced, Words
from lianfang.base.playbooks.model.disease import Edition, Stage, Watch
from lianfang.base.playbooks.model.forms import Column, ReportForm
from lianfang.base.playbooks.model.playbook import Playbook
from lianfang.kernel.errors import Language

_WORDS: dict[str, tuple[str, str]] = {
    "editions": ("防控方案版本", "editions of the control plan"),
    "in_force": ("{day}适用", "in force on {day}"),
    "until_open": ("至今", "open"),
    "watches": ("健康监测", "watches"),
    "zones": ("风险区", "zones"),
    "rounds": ("核酸轮次", "testing rounds"),
    "pool": ("混采：验证过{sizes}，默认{default}", "pool sizes: validated {sizes}, default {default}"),
    "reports": ("报表", "report forms"),
    "matters": ("事项", "matters"),
    "checklists": ("检查清单", "checklists"),
    "confidence": ("数字的可信度", "how sure the numbers are"),
    "days": ("{measure} {days}天", "{measure} {days} days"),
    "pcr": ("核酸第{days}天", "tests on days {days}"),
    "pcr_within": ("{days}天{count}检", "{count} tests within {days} days"),
    "daily": ("每日核酸", "tested daily"),
    "same": ("同“{other}”", "same as {other}"),
    "ended": ("不再判定", "not determined any more"),
    "nothing": ("无义务", "no obligations"),
    "asked": ("人工填写：{why}", "asked: {why}"),
    "off": ("未启用", "not switched on"),
    "changed": ("本地改动", "changed here"),
    "change": ("{where}：原为{was}，{by}于{on}改，{why}", "{where}: was {was}, changed by {by} on {on}: {why}"),
    "hours": ("{hours}小时", "{hours} h"),
}

CONFIDENCE: dict[str, Words] = {
    "v": Words(zh="见过原文", en="text seen"),
    "s": Words(zh="仅见转载或地方规定", en="repost or local rule"),
    "m": Words(zh="记忆，未核实", en="from memory, unverified"),
    "d": Words(zh="推算或汇编", en="derived or compiled"),
    "a": Words(zh="假定，可改", en="assumption, editable"),
}


class _Page:
    """Writes the lines in one language."""

    def __init__(self, playbook: Playbook, language: Language) -> None:
        self.playbook = playbook
        self.language = language

    def word(self, key: str, **values: object) -> str:
        return _WORDS[key][0 if self.language == "zh" else 1].format_map(values)

    def name(self, item: object) -> str:
        return str(getattr(item, self.language))

    def lines(self, day: date) -> Iterator[str]:
        book = self.playbook
        yield f"{book.playbook} v{book.version}  {self.name(book.title)}"
        yield from ("", f"# {self.word('editions')}")
        for edition in book.editions:
            until = edition.until.isoformat() if edition.until else self.word("until_open")
            yield f"  {edition.id:<12} {edition.valid_from} … {until:<10}  {self.name(edition)}"
        for edition in book.editions:
            if edition.in_force(day):
                yield from ("", f"# {self.word('in_force', day=day)}: {edition.id}")
                yield from self._edition(edition)
        yield from ("", f"# {self.word('rounds')}")
        yield from self._rounds(day)
        yield from ("", f"# {self.word('reports')}")
        for form in book.reports.forms:
            yield from self._form(form)
        yield from ("", f"# {self.word('matters')}")
        for kind in book.matters:
            yield f"  {self.name(kind)}: {self.word('hours', hours=kind.deadline_h)}{' !' if kind.urgent else ''}"
        yield from ("", f"# {self.word('checklists')}")
        for checklist in book.checklists:
            yield f"  {self.name(checklist)}: {len(checklist.items)}"
        yield from ("", f"# {self.word('confidence')}")
        yield from self._confidence()
        yield from self._changes()

    def _edition(self, edition: Edition) -> Iterator[str]:
        if edition.obligations == "none":
            yield f"  {self.word('nothing')}"
        if edition.watches:
            yield f"  {self.word('watches')}"
        for group, watch in edition.watches.items():
            yield f"    {self.name(self.playbook.watch_groups[group])}: {self._watch(watch)}"
        if edition.zones is not None:
            model = self.playbook.zone_models[edition.zones]
            yield f"  {self.word('zones')}: " + " → ".join(self.name(level) for level in model.levels.values())

    def _watch(self, watch: Watch) -> str:
        if watch.ended:
            return self.word("ended")
        if watch.same_as is not None:
            return self.word("same", other=self.name(self.playbook.watch_groups[watch.same_as]))
        parts = [self._stage(stage) for stage in watch.stages]
        if watch.pcr is not None:
            parts.append(self.word("pcr_within", days=watch.pcr.within_days, count=watch.pcr.count))
        if watch.pcr_daily:
            parts.append(self.word("daily"))
        return " + ".join(parts)

    def _stage(self, stage: Stage) -> str:
        text = self.word("days", measure=self.name(self.playbook.measures[stage.measure]), days=stage.days)
        if stage.pcr_days:
            text += f" ({self.word('pcr', days='、'.join(map(str, stage.pcr_days)))})"
        return text

    def _rounds(self, day: date) -> Iterator[str]:
        rounds = self.playbook.rounds
        for edition in rounds.editions:
            mark = "*" if edition.in_force(day) else " "
            yield f" {mark} {edition.id:<4} {edition.valid_from}  {self.name(edition)}"
        if rounds.pooling is None:
            return
        sizes = "、".join(map(str, rounds.pooling.sizes_validated))
        yield f"  {self.word('pool', sizes=sizes, default=rounds.pooling.default_size)}"

    def _form(self, form: ReportForm) -> Iterator[str]:
        yield f"  {form.key}: {self.name(form)} ({', '.join(form.cutoffs)})"
        for column in form.columns:
            unit = self.name(self.playbook.reports.units[column.unit])
            yield f"    {self.name(column)} [{unit}] {self._from(column)}"
        for identity in form.identities:
            yield f"    = {self.name(identity)}"

    def _from(self, column: Column) -> str:
        if column.metric is None:
            return self.word("asked", why=self.name(column.ask))
        known = known_metrics()
        on = all(known[term.name].published for term in column.metric.metrics())
        return column.metric.text if on else f"{column.metric.text} · {self.word('off')}"

    def _confidence(self) -> Iterator[str]:
        found: Counter[str] = Counter()
        for _, item in walk(self.playbook, ()):
            if isinstance(item, Sourced):
                found.update([item.conf or "a", *item.conf_of.values()])
        for letter, words in CONFIDENCE.items():
            yield f"  {letter}  {found[letter]:>4}  {self.name(words)}"

    def _changes(self) -> Iterator[str]:
        found = [
            self.word("change", where=".".join(map(str, (*path, item.field))), **msgspec.structs.asdict(item))
            for path, around in walk(self.playbook, ())
            if isinstance(around, Sourced)
            for item in around.changed
        ]
        if found:
            yield from ("", f"# {self.word('changed')}", *(f"  {line}" for line in found))


def show_lines(playbook: Playbook, day: date, language: Language = "zh") -> Iterator[str]:
    """The lines of the page; day: whose edition is written out."""
    return _Page(playbook, language).lines(day)
