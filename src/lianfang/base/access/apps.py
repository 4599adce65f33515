"""Django registration of base.access."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.access."""

    name = "lianfang.base.access"
    label = "access"
