"""Django registration of domain.residents."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.residents."""

    name = "lianfang.domain.residents"
    label = "residents"

    def ready(self) -> None:
        """Register the metrics of the ledger."""
        from lianfang.domain.residents import metrics  # noqa: F401  (registers by being imported)
