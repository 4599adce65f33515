"""Address of the auditor's check of the log, beside the looks on record."""

from __future__ import annotations

from django.urls import path

from lianfang.base.facts import log_views

urlpatterns = [path("log/", log_views.log, name="looks-log")]
