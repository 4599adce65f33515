"""Django registration of base.keeping; lets the steward watch clock and disk."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.keeping."""

    name = "lianfang.base.keeping"
    label = "keeping"

    def ready(self) -> None:
        """Register what is looked at every minute."""
        import lianfang.base.keeping.clock  # noqa: F401  (registers by being imported)
