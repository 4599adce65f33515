"""Django registration of domain.rounds."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.rounds."""

    name = "lianfang.domain.rounds"
    label = "rounds"
