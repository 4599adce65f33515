"""Addresses of the looks on record."""

from __future__ import annotations

from django.urls import path

from lianfang.base.access import looks_views

urlpatterns = [path("", looks_views.index, name="looks")]
