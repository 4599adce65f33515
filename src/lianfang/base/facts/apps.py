"""Django registration of base.facts."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.facts."""

    name = "lianfang.base.facts"
    label = "facts"
