"""Addresses of signing in and out."""

from __future__ import annotations

from django.urls import path

from lianfang.base.access import views

urlpatterns = [
    path("sign-in/", views.sign_in_page, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
]
