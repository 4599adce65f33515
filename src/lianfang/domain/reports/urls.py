"""Addresses of reports."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.reports import views, views_return

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:code>/", views.unit, name="unit"),
    path("<str:code>/confirm/", views.confirm, name="confirm"),
    path("<str:code>/correct/", views.correct, name="correct"),
    path("<str:code>/return/", views_return.send_back, name="return"),
    path("<str:code>/late/", views.late, name="late"),
    path("<str:code>/late.xlsx", views.late_file, name="late-file"),
    path("<str:code>/table/", views.table, name="table"),
    path("<str:code>/table.xlsx", views.table_file, name="table-file"),
    path("<str:code>/history/", views.history, name="history"),
]
