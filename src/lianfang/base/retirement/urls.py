"""Addresses of the end of incidents."""

from __future__ import annotations

from django.urls import path

from lianfang.base.retirement import views

app_name = "retirement"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/ask/", views.ask, name="ask"),
    path("<int:number>/approve/", views.approve, name="approve"),
    path("<int:number>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:number>/record.json", views.record, name="record"),
    path("<int:number>/certificate.json", views.certificate_file, name="certificate"),
]
