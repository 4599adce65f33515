"""Addresses of the installation's own certificate."""

from __future__ import annotations

from django.urls import path

from lianfang.web import trust

urlpatterns = [
    path("", trust.page, name="trust"),
    path("lianfang-ca.crt", trust.certificate, name="trust-certificate"),
    path("lianfang.mobileconfig", trust.profile, name="trust-profile"),
]
