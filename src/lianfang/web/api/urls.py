"""Addresses for machines."""

from __future__ import annotations

from django.urls import path

from lianfang.web.api import areas, openapi

urlpatterns = [
    path("openapi.json", openapi.document, name="api-openapi"),
    path("areas/<str:code>", areas.area, name="api-area"),
]
