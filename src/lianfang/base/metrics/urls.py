"""Addresses of metrics, under /api/."""

from __future__ import annotations

from django.urls import path

from lianfang.base.metrics import views

urlpatterns = [path("metrics", views.figures, name="api-metrics")]
