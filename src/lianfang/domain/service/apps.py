"""Django registration of domain.service."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.service."""

    name = "lianfang.domain.service"
    label = "service"

    def ready(self) -> None:
        """Register the words of its items, whom it knows, and how accepted volunteers get a code of their own page."""
        from lianfang.domain.service import leaving, worklist  # noqa: F401  (register by being imported)
        from lianfang.domain.service.entering import issue_to_volunteer
        from lianfang.domain.volunteers.api import own_page_by

        own_page_by(issue_to_volunteer)
