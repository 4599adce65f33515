"""Addresses of pairings."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.pairings import views, views_write

urlpatterns = [
    path("", views.start, name="pairings"),
    path("area/<str:code>/", views.area, name="pairings-area"),
    path("list/<str:code>/", views.listing, name="pairings-list"),
    path("orphans/<str:code>/", views.orphan_list, name="pairings-orphans"),
    path("file/<str:code>/", views.ledger, name="pairings-file"),
    path("new/<str:code>/", views_write.new, name="pairings-new"),
    path("import/", views_write.imported, name="pairings-import"),
    path("mine/", views.mine, name="pairings-mine"),
    path("unit/", views.unit, name="pairings-unit"),
    path("<int:number>/", views.one, name="pairing"),
    path("<int:number>/card/", views.card, name="pairing-card"),
    path("<int:number>/end/", views_write.end, name="pairing-end"),
    path("<int:number>/fill/<str:item>/", views_write.fill, name="pairing-fill"),
    path("<int:number>/part/<int:part>/handover/", views_write.handover, name="pairing-handover"),
    path("<int:number>/part/<int:part>/release/", views_write.release, name="pairing-release"),
    path("<int:number>/part/<int:part>/done/", views_write.done, name="pairing-done"),
]
