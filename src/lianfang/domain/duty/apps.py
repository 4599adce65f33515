"""Django registration of domain.duty."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.duty."""

    name = "lianfang.domain.duty"
    label = "duty"

    def ready(self) -> None:
        """Register figures."""
        from lianfang.domain.duty import metrics  # noqa: F401  (registers by being imported)
