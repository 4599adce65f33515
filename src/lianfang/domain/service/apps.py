"""Django registration of domain.service."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.service."""

    name = "lianfang.domain.service"
    label = "service"

    def ready(self) -> None:
        """Register the words of its items."""
        from lianfang.domain.service import worklist  # noqa: F401  (registers by being imported)
