"""Django registration of base.vault."""

from django.apps import AppConfig


class Config(AppConfig):
    """base.vault."""

    name = "lianfang.base.vault"
    label = "vault"
