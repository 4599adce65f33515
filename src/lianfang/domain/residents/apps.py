"""Django registration of domain.residents."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.residents."""

    name = "lianfang.domain.residents"
    label = "residents"
