"""Django registration of domain.reports."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.reports."""

    name = "lianfang.domain.reports"
    label = "reports"
