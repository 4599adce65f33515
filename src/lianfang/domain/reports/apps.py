"""Django registration of domain.reports."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.reports."""

    name = "lianfang.domain.reports"
    label = "reports"

    def ready(self) -> None:
        """Register metrics and words; ask for the day's returns as soon as an incident is opened, and every morning;
        ask for corrections when late facts came in."""
        from lianfang.base.incidents.api import on_opened
        from lianfang.base.jobs.api import each_minute
        from lianfang.domain.reports import evidence
        from lianfang.domain.reports.latefacts import ask_for_corrections
        from lianfang.domain.reports.services import open_report_day, open_report_days

        evidence.register()
        on_opened(open_report_day)
        each_minute(open_report_days)
        each_minute(ask_for_corrections)
