"""Django registration of domain.residents."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.residents."""

    name = "lianfang.domain.residents"
    label = "residents"

    def ready(self) -> None:
        """Register the metrics of the ledger, the words of its items, the daily look at what is due, and the queue of imports."""
        from lianfang.base.areas.api import uses_buildings
        from lianfang.base.jobs import beside
        from lianfang.base.jobs.api import each_minute, each_second
        from lianfang.domain.residents import import_jobs, metrics, worklist  # noqa: F401  (register by being imported)
        from lianfang.domain.residents.confirm import review_daily
        from lianfang.domain.residents.selectors import lived_in

        each_minute(review_daily)
        each_second(beside.run_waiting)
        beside.does(import_jobs.KIND, import_jobs.do)
        uses_buildings(lived_in)
