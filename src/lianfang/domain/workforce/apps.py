"""Django registration of domain.workforce."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.workforce."""

    name = "lianfang.domain.workforce"
    label = "workforce"

    def ready(self) -> None:
        """Register the metrics and the sentences."""
        from lianfang.domain.workforce import metrics, problems  # noqa: F401  (register by being imported)
