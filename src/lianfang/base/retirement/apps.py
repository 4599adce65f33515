"""Django registration of base.retirement; lets the steward carry out what two people decided."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.retirement."""

    name = "lianfang.base.retirement"
    label = "retirement"

    def ready(self) -> None:
        """Register the work of each minute, and the words of what waits for a second person."""
        import lianfang.base.retirement.purge  # noqa: F401  (registers by being imported)
        from lianfang.base.worklist.api import register_second_person

        register_second_person(
            "retirement",
            {
                "purge": (
                    "销毁事件“{name}”的数据：须由提出人以外的另一人批准",
                    "Destroy the data of '{name}': somebody other than who asked approves",
                )
            },
        )
