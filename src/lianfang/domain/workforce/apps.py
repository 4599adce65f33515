"""Django registration of domain.workforce."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.workforce."""

    name = "lianfang.domain.workforce"
    label = "workforce"
