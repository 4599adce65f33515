"""Addresses of the quarantine."""

from __future__ import annotations

from django.urls import path

from lianfang.base.facts import views

urlpatterns = [
    path("", views.index, name="quarantine"),
    path("<int:number>/", views.one, name="quarantine-one"),
    path("<int:number>/settle/", views.settle, name="quarantine-settle"),
]
