"""Addresses of the first pages."""

from __future__ import annotations

from django.urls import path

from lianfang.web import home

urlpatterns = [
    path("", home.home, name="home"),
    path("worklist/", home.worklist, name="worklist"),
    path("areas/<str:code>/", home.area, name="area"),
]
