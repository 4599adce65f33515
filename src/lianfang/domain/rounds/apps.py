"""Django registration of domain.rounds; makes its kinds of fact known to the door."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.rounds."""

    name = "lianfang.domain.rounds"
    label = "rounds"

    def ready(self) -> None:
        """Register the kinds of fact of this engine, and its jobs."""
        from lianfang.base.jobs.api import each_minute, each_second
        from lianfang.domain.rounds import evidence, facts, metrics, packing, worklist  # noqa: F401  (two register by being imported)

        each_second(packing.build_missing)
        each_minute(packing.drop_others)
        facts.register_kinds()
        evidence.register()
