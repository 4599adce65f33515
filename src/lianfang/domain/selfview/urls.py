"""Addresses of the resident's own page (me/), and of the office that makes codes and answers (own/)."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.selfview import office_views, views

urlpatterns = [
    path("me/", views.enter, name="me"),
    path("me/<str:code>/", views.mine, name="me-page"),
    path("me/<str:code>/ask/", views.ask, name="me-ask"),
    path("me/<str:code>/leave/", views.leave, name="me-leave"),
    path("own/sheet/<str:code>/", office_views.sheet, name="own-sheet"),
    path("own/person/<str:code>/", office_views.person, name="own-person"),
    path("own/links/<int:number>/end/", office_views.end_link, name="own-link-end"),
    path("own/objections/", office_views.objections, name="own-objections"),
    path("own/objections/<int:number>/", office_views.objection, name="own-objection"),
]
