"""Addresses of rounds."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.rounds import views

urlpatterns = [
    path("", views.index, name="rounds"),
    path("new/", views.create, name="round-new"),
    path("<int:number>/", views.start, name="round"),
    path("<int:number>/tubes/<uuid:tube_id>/", views.tube, name="round-tube"),
    path("<int:number>/tube-sheets/", views.tube_sheets, name="round-tube-sheets"),
    path("<int:number>/<str:code>/", views.area, name="round-area"),
    path("<int:number>/<str:code>/missing/", views.missing, name="round-missing"),
    path("<int:number>/<str:code>/missing.xlsx", views.missing_file, name="round-missing-file"),
    path("<int:number>/<str:code>/missing/print/", views.missing_print, name="round-missing-print"),
    path("<int:number>/<str:code>/sheets/", views.resident_sheets, name="round-sheets"),
]
