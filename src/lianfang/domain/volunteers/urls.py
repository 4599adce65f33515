"""Addresses of volunteers: offices under volunteers/, everybody else under join/ and serve/."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.volunteers import views_offers, views_office, views_public

urlpatterns = [
    path("volunteers/", views_office.index, name="volunteers"),
    path("volunteers/new/", views_office.new, name="volunteers-new"),
    path("volunteers/calls/<int:number>/", views_office.one_call, name="volunteers-call"),
    path("volunteers/calls/<int:number>/poster/", views_office.poster, name="volunteers-poster"),
    path("volunteers/calls/<int:number>/enter/", views_office.enter_one, name="volunteers-enter"),
    path("volunteers/calls/<int:number>/accept/", views_office.accept_proposed, name="volunteers-accept"),
    path("volunteers/calls/<int:number>/end/", views_office.end, name="volunteers-end"),
    path("volunteers/answers/<int:number>/", views_office.one_answer, name="volunteers-answer"),
    path("volunteers/offers/", views_offers.index, name="volunteers-offers"),
    path("volunteers/offers/<int:number>/", views_offers.one, name="volunteers-offer"),
    path("volunteers/matches/<int:number>/", views_offers.match_answer, name="volunteers-match"),
    path("volunteers/unit/", views_offers.unit, name="volunteers-unit"),
    path("volunteers/unit/<int:number>/", views_offers.nominate, name="volunteers-nominate"),
    path("join/", views_public.enter, name="volunteer-enter"),
    path("join/mine/<str:code>/", views_public.own, name="volunteer-mine"),
    path("join/<str:code>/", views_public.call_page, name="volunteer-call"),
    path("serve/<str:code>/", views_public.serve, name="volunteer-serve"),
]
