"""The shell as a Django app: templates, tags, static files, navigation, error pages, gallery."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the shell under the label `web`."""

    name = "lianfang.web"
    label = "web"
