"""Django registration of base.metrics."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.metrics."""

    name = "lianfang.base.metrics"
    label = "metrics"
