"""Addresses of the work list, under /api/."""

from __future__ import annotations

from django.urls import path

from lianfang.base.worklist import views

urlpatterns = [path("worklist", views.items, name="api-worklist")]
