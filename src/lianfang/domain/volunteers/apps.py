"""Django registration of domain.volunteers."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.volunteers."""

    name = "lianfang.domain.volunteers"
    label = "volunteers"

    def ready(self) -> None:
        """Register what it publishes, the words of its items, and the minute job that destroys what is no longer needed."""
        from lianfang.base.jobs.api import each_minute
        from lianfang.domain.volunteers import leaving, metrics, problems, worklist  # noqa: F401  (register by being imported)
        from lianfang.domain.volunteers.keeping import tidy

        each_minute(tidy)
