"""Addresses of rounds."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.rounds import public, views, views_desk

urlpatterns = [
    path("", views.index, name="rounds"),
    path("new/", views_desk.create, name="round-new"),
    path("public/", public.results_progress, name="round-public"),
    path("<int:number>/answer/", public.answer, name="round-answer"),
    path("results/", views_desk.results, name="round-results"),
    path("results/refused.xlsx", views_desk.results_refused, name="round-results-refused"),
    path("<int:number>/", views.start, name="round"),
    path("<int:number>/close/", views_desk.close, name="round-close"),
    path("<int:number>/visit/<str:household>/", views_desk.visit, name="round-visit"),
    path("<int:number>/tubes/<uuid:tube_id>/", views.tube, name="round-tube"),
    path("<int:number>/tube-sheets/", views.tube_sheets, name="round-tube-sheets"),
    path("<int:number>/<str:code>/", views.area, name="round-area"),
    path("<int:number>/<str:code>/missing/", views.missing, name="round-missing"),
    path("<int:number>/<str:code>/missing.xlsx", views.missing_file, name="round-missing-file"),
    path("<int:number>/<str:code>/missing/print/", views.missing_print, name="round-missing-print"),
    path("<int:number>/<str:code>/sheets/", views.resident_sheets, name="round-sheets"),
]
