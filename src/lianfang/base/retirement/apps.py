"""Django registration of base.retirement; lets the steward carry out what two people decided."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.retirement."""

    name = "lianfang.base.retirement"
    label = "retirement"

    def ready(self) -> None:
        """Register the work of each minute."""
        import lianfang.base.retirement.purge  # noqa: F401  (registers by being imported)
