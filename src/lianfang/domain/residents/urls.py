"""Addresses of residents: the ledger, one person, the look-up by code, imports."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.residents import import_views, views

urlpatterns = [
    path("", views.index, name="residents"),
    path("code/", views.by_code, name="residents-code"),
    path("area/<str:code>/", views.area, name="residents-area"),
    path("area/<str:code>/find/", views.find, name="residents-find"),
    path("person/<str:code>/", views.person, name="residents-person"),
    path("person/<str:code>/open/", views.open_person, name="residents-open"),
    path("import/", import_views.index, name="import"),
    path("import/look/<str:token>/", import_views.look, name="import-look"),
    path("import/look/<str:token>/forget/", import_views.forget, name="import-forget"),
    path("import/<int:number>/", import_views.verdicts, name="import-file"),
    path("import/<int:number>/take/", import_views.take, name="import-take"),
    path("import/<int:number>/undo/", import_views.undo, name="import-undo"),
    path("import/<int:number>/discard/", import_views.discard, name="import-discard"),
    path("import/<int:number>/not-taken.xlsx", import_views.refused_file, name="import-refused"),
]
