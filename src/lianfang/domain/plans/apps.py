"""Django registration of domain.plans."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.plans."""

    name = "lianfang.domain.plans"
    label = "plans"

    def ready(self) -> None:
        """Register figures, words of items, and the queue of plans that wait to be computed."""
        from lianfang.base.jobs.api import each_second, queue
        from lianfang.domain.plans import metrics, worklist  # noqa: F401  (register by being imported)
        from lianfang.domain.plans.jobs import run_waiting, standings

        each_second(run_waiting)
        queue(standings)
