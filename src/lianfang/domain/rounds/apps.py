"""Django registration of domain.rounds; makes its kinds of fact known to the door."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.rounds."""

    name = "lianfang.domain.rounds"
    label = "rounds"

    def ready(self) -> None:
        """Register the kinds of fact of this engine."""
        from lianfang.domain.rounds import evidence, facts, metrics, worklist  # noqa: F401  (two register by being imported)

        facts.register_kinds()
        evidence.register()
