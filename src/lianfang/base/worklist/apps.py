"""Django registration of base.worklist."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.worklist."""

    name = "lianfang.base.worklist"
    label = "worklist"
