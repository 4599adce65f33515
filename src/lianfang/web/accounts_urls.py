"""Addresses of the table of accounts."""

from __future__ import annotations

from django.urls import path

from lianfang.web import accounts_import

urlpatterns = [
    path("import/", accounts_import.index, name="accounts-import"),
    path("import/take/", accounts_import.take, name="accounts-import-take"),
    path("import/template/", accounts_import.template, name="accounts-import-template"),
]
