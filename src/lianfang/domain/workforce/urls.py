"""Addresses of workforce: organisations, members, lists, and reporting to a home community."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.workforce import views, views_import, views_members

urlpatterns = [
    path("", views.index, name="workforce"),
    path("units/new/", views.edit, name="workforce-unit-new"),
    path("units/<int:number>/", views.unit, name="workforce-unit"),
    path("units/<int:number>/edit/", views.edit, name="workforce-unit-edit"),
    path("units/<int:number>/dissolve/", views.dissolve, name="workforce-dissolve"),
    path("units/<int:unit>/new/", views_members.newcomer, name="workforce-member-new"),
    path("teams/new/", views.team, name="workforce-team-new"),
    path("nets/<str:code>/", views.nets, name="workforce-nets"),
    path("members/", views_members.index, name="workforce-members"),
    path("members/<int:number>/", views_members.member, name="workforce-member"),
    path("members/<int:number>/call/", views_members.call, name="workforce-call"),
    path("members/<int:number>/edit/", views_members.edit, name="workforce-member-edit"),
    path("members/<int:number>/hours/", views_members.times, name="workforce-member-hours"),
    path("members/<int:number>/change/", views_members.change, name="workforce-member-change"),
    path("report/<str:path>/<str:sign>/", views_members.report, name="workforce-report"),
    path("import/", views_import.index, name="workforce-import"),
    path("import/wait/<str:token>/", views_import.wait, name="workforce-import-wait"),
    path("import/wait/<str:token>/forget/", views_import.forget, name="workforce-import-forget"),
    path("import/<int:number>/", views_import.verdicts, name="workforce-import-file"),
    path("import/<int:number>/take/", views_import.take, name="workforce-import-take"),
    path("import/<int:number>/undo/", views_import.undo, name="workforce-import-undo"),
    path("import/<int:number>/discard/", views_import.discard, name="workforce-import-discard"),
]
