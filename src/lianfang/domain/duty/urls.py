"""Addresses of duty."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.duty import views, views_key, views_write

urlpatterns = [
    path("", views.index, name="duty"),
    path("new/", views_write.create, name="duty-new"),
    path("unit/", views_key.unit, name="duty-unit"),
    path("at/<str:code>/", views_write.at_post, name="duty-at"),
    path("posts/<int:number>/", views.post, name="duty-post"),
    path("posts/<int:number>/shifts/", views_write.add_shifts, name="duty-shifts"),
    path("posts/<int:number>/book/", views_write.book_somebody, name="duty-book"),
    path("posts/<int:number>/note/", views_write.note, name="duty-note"),
    path("posts/<int:number>/sheet/", views_key.sheet, name="duty-sheet"),
    path("posts/<int:number>/attendance/", views_key.attend, name="duty-attendance"),
    path("posts/<int:number>/reserve/", views_key.reserve, name="duty-reserve"),
    path("slots/<int:number>/", views_write.slot, name="duty-slot"),
    path("slots/<int:number>/<str:act>/", views_write.slot_act, name="duty-slot-act"),
    path("<str:code>/", views.area, name="duty-area"),
    path("<str:code>/roster/", views.roster, name="duty-roster"),
    path("<str:code>/roster.xlsx", views.roster_file, name="duty-roster-file"),
    path("<str:code>/key/", views_key.key_units, name="duty-key"),
    path("<str:code>/upkeep/", views_key.upkeep, name="duty-upkeep"),
]
