"""Django registration of base.worklist; registers the words of what waits for a second person."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.worklist."""

    name = "lianfang.base.worklist"
    label = "worklist"

    def ready(self) -> None:
        """Register the words of what waits for a second person."""
        from lianfang.base.worklist.second_person import SAID, SOURCE, register_second_person

        register_second_person(SOURCE, SAID)
