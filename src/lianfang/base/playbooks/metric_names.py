"""The names of metrics that a playbook may use, with the engine each belongs to and its one small dimension.

A name is listed here as soon as a report asks for it, also before its engine exists: the reports then show 未启用. What an
engine publishes is decided by the registry of metrics alone: defining a metric there calls `register_metric`, which
refuses another dimension, and a test compares the first list below (read without a running engine) with the registry.
"""

from __future__ import annotations

from dataclasses import dataclass

from lianfang.kernel.errors import LianfangError, define

define(
    "metric.registered_twice",
    status=500,
    zh="指标{name}登记了两次，维度不同。请改名或统一维度。",
    en="The metric {name} was registered twice with different dimensions. Rename one, or agree on the dimension.",
)


@dataclass(frozen=True)
class MetricName:
    """One name. dimension: what `[value]` means; published: an engine of this version computes it."""

    name: str
    dimension: str | None = None
    published: bool = False

    @property
    def engine(self) -> str:
        """The engine that owns the metric."""
        return self.name.partition(".")[0]


_PUBLISHED = """
residents.present residents.households residents.returnees_new residents.returnees_by_origin:origin
rounds.expected rounds.sampled rounds.not_sampled:reason rounds.tubes rounds.results_negative rounds.results_positive
rounds.expected_households rounds.visited_households rounds.visited_people rounds.visits_failed:outcome rounds.answers:question
duty.posts duty.places duty.filled duty.present duty.on_duty duty.no_shows duty.rest_breaches duty.hours
reports.units_not_reported
"""
_ANNOUNCED = """
rounds.visits_made
watches.on_watch:measure watches.opened:measure watches.opened_cumulative:measure watches.released:measure
watches.transferred_in watches.transferred_out watches.returnees_not_isolated
watches.fever_today watches.symptoms_today watches.contact_groups:group
passes.codes_from_outside:colour passes.codes_local:colour
gates.passed_people gates.turned_back_people gates.turned_back_vehicles
matters.closed_needs matters.raised_problems
outreach.loudspeaker_cars
supplies.disinfected_area
workforce.deployed
schools.enrolled schools.present schools.returned_today:origin schools.leave_today:reach schools.return_delayed:reason
schools.in_central_isolation schools.in_home_isolation schools.in_home_monitoring schools.lost_contact
enterprises.count enterprises.resumed enterprises.on_site enterprises.staff enterprises.staff_returned:origin
enterprises.in_isolation enterprises.temperature_abnormal enterprises.protective_days
enterprises.difficulties_raised enterprises.difficulties_solved
"""


def _listed(text: str, *, published: bool) -> dict[str, MetricName]:
    found = {}
    for word in text.split():
        name, _, dimension = word.partition(":")
        found[name] = MetricName(name, dimension or None, published)
    return found


_REGISTRY: dict[str, MetricName] = _listed(_ANNOUNCED, published=False) | _listed(_PUBLISHED, published=True)


def register_metric(name: str, *, dimension: str | None = None) -> MetricName:
    """An engine states that it publishes this metric; raises metric.registered_twice for another dimension."""
    known = _REGISTRY.get(name)
    if known is not None and known.dimension != dimension:
        raise LianfangError("metric.registered_twice", name=name)
    _REGISTRY[name] = MetricName(name, dimension, published=True)
    return _REGISTRY[name]


def known_metrics() -> dict[str, MetricName]:
    """Every name by itself, published or announced; a copy."""
    return dict(_REGISTRY)
