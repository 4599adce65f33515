"""Django registration of base.areas."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.areas."""

    name = "lianfang.base.areas"
    label = "areas"
