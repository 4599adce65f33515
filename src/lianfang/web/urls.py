"""Addresses of the shell itself."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from lianfang.web import about, gallery

urlpatterns: list[URLPattern] = [path("about/", about.page, name="about")]
if settings.DEBUG or getattr(settings, "LIANFANG_GALLERY", False):
    urlpatterns += [
        path("gallery/", gallery.index, name="gallery"),
        path("gallery/screen/", gallery.screen, name="gallery-screen"),
        path("gallery/states/", gallery.states, name="gallery-states"),
        path("gallery/print/", gallery.printed, name="gallery-print"),
        path("gallery/rows/", gallery.rows, name="gallery-rows"),
        path("gallery/form/", gallery.form, name="gallery-form"),
    ]
