"""Django registration of domain.selfview."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.selfview."""

    name = "lianfang.domain.selfview"
    label = "selfview"

    def ready(self) -> None:
        """Register the words of its items, and tell imports whom it knows."""
        from lianfang.domain.selfview import worklist  # noqa: F401  (registers by being imported)
