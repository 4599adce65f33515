"""Django registration of base.incidents."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.incidents."""

    name = "lianfang.base.incidents"
    label = "incidents"
