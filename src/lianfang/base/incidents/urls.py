"""Addresses of incidents and their zones."""

from __future__ import annotations

from django.urls import path

from lianfang.base.incidents import editions_views, views, views_replan, views_withdraw

app_name = "incidents"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("propose/", views.propose, name="propose"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/edition/", editions_views.edition, name="edition"),
    path("<int:number>/open/", views.open_one, name="open"),
    path("<int:number>/withdraw/", views_withdraw.withdraw, name="withdraw"),
    path("<int:number>/close/", views.close, name="close"),
    path("<int:number>/close/undo/", views_withdraw.close_undo, name="close-undo"),
    path("<int:number>/scope/", views.scope, name="scope"),
    path("<int:number>/scope/approve/", views.scope_approve, name="scope-approve"),
    path("<int:number>/scope/withdraw/", views_withdraw.scope_withdraw, name="scope-withdraw"),
    path("<int:number>/zones/new/", views.zone_new, name="zone-new"),
    path("<int:number>/zones/propose/", views.zone_propose, name="zone-propose"),
    path("zones/<int:number>/", views.zone_one, name="zone"),
    path("zones/<int:number>/approve/", views.zone_approve, name="zone-approve"),
    path("zones/<int:number>/withdraw/", views_withdraw.zone_withdraw, name="zone-withdraw"),
    path("zones/<int:number>/lift/withdraw/", views_withdraw.lift_withdraw, name="lift-withdraw"),
    path("zones/<int:number>/replan/", views_replan.propose, name="replan"),
    path("zones/<int:number>/replan/approve/", views_replan.approve, name="replan-approve"),
    path("zones/<int:number>/replan/withdraw/", views_replan.withdraw, name="replan-withdraw"),
    path("zones/<int:number>/lift/", views.lift, name="lift"),
    path("zones/<int:number>/lift/approve/", views.lift_approve, name="lift-approve"),
    path("zones/<int:number>/lift/refuse/", views.lift_refuse, name="lift-refuse"),
]
