"""Django registration of domain.workforce."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.workforce."""

    name = "lianfang.domain.workforce"
    label = "workforce"

    def ready(self) -> None:
        """Register the metrics, the sentences, and who takes large lists."""
        from lianfang.base.jobs import beside
        from lianfang.domain.workforce import import_jobs, metrics, problems  # noqa: F401  (register by being imported)

        beside.does(import_jobs.KIND, import_jobs.do)
