"""Django registration of domain.residents."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.residents."""

    name = "lianfang.domain.residents"
    label = "residents"

    def ready(self) -> None:
        """Register the metrics of the ledger, the words of its items, and the daily look at what is due."""
        from lianfang.base.jobs.api import each_minute
        from lianfang.domain.residents import metrics, worklist  # noqa: F401  (register by being imported)
        from lianfang.domain.residents.confirm import review_daily

        each_minute(review_daily)
