"""Addresses of a member's own page (mine/), and of the offices that print codes and read records (service/)."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.service import office_views, views, views_office_record, views_record, views_shifts

urlpatterns = [
    path("mine/", views.enter, name="mine"),
    path("mine/at/<str:code>/", views.reported, name="mine-reported"),
    path("mine/<str:who>/", views.mine, name="mine-page"),
    path("mine/<str:who>/leave/", views.leave, name="mine-leave"),
    path("mine/<str:who>/times/", views.times, name="mine-times"),
    path("mine/<str:who>/home/", views.home, name="mine-home"),
    path("mine/<str:who>/record/", views_record.my_record, name="mine-record"),
    path("mine/<str:who>/record/object/", views_record.object_line, name="mine-object"),
    path("mine/<str:who>/record/consent/", views_record.consent, name="mine-consent"),
    path("mine/<str:who>/claim/", views_shifts.claim, name="mine-claim"),
    path("mine/<str:who>/shifts/<int:number>/", views_shifts.shift, name="mine-shift"),
    path("mine/<str:who>/shifts/<int:number>/attend/", views_shifts.attend, name="mine-attend"),
    path("mine/<str:who>/shifts/<int:number>/swap/", views_shifts.offer, name="mine-swap"),
    path("mine/<str:who>/swaps/<int:number>/", views_shifts.answer, name="mine-swap-answer"),
    path("mine/<str:who>/shifts/<int:number>/handover/", views_shifts.handover, name="mine-handover"),
    path("service/", office_views.index, name="service"),
    path("service/units/<int:number>/slips/", office_views.slips, name="service-slips"),
    path("service/members/<str:code>/", office_views.member, name="service-member"),
    path("service/links/<int:number>/end/", office_views.end_link, name="service-link-end"),
    path("service/home/<str:code>/", office_views.poster, name="service-poster"),
    path("service/members/<str:code>/record/", views_office_record.member, name="service-record"),
    path("service/units/<int:number>/", views_office_record.unit, name="service-unit"),
    path("service/units/<int:number>/record.xlsx", views_office_record.export, name="service-export"),
    path("service/objections/", views_office_record.objections, name="service-objections"),
    path("service/objections/<int:number>/", views_office_record.objection, name="service-objection"),
]
