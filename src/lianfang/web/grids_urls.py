"""Addresses of grids and their heads."""

from __future__ import annotations

from django.urls import path

from lianfang.web import grids

urlpatterns = [
    path("", grids.own, name="areas"),
    path("<str:code>/", grids.page, name="grids"),
    path("<str:code>/draw/", grids.draw, name="grids-draw"),
]
