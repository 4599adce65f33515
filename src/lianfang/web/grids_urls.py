"""Addresses of grids and their heads."""

from __future__ import annotations

from django.urls import path

from lianfang.web import grids, grids_barriers, grids_here, grids_map, grids_outlines

urlpatterns = [
    path("", grids.own, name="areas"),
    path("outlines/", grids_outlines.index, name="outlines"),
    path("outlines/<int:number>/", grids_outlines.show, name="outline-file"),
    path("outlines/<int:number>/stage/", grids_outlines.stage, name="outline-stage"),
    path("outlines/<int:number>/row/", grids_outlines.decide, name="outline-row"),
    path("outlines/<int:number>/take/", grids_outlines.take, name="outline-take"),
    path("outlines/<int:number>/undo/", grids_outlines.undo, name="outline-undo"),
    path("outlines/<int:number>/discard/", grids_outlines.discard, name="outline-discard"),
    path("here/", grids_here.show, name="grids-here"),
    path("<str:code>/barriers/", grids_barriers.show, name="grids-barriers"),
    path("<str:code>/map/", grids_map.show, name="grids-map"),
    path("<str:code>/map/save/", grids_map.save, name="grids-map-save"),
    path("<str:code>/", grids.page, name="grids"),
    path("<str:code>/draw/", grids.draw, name="grids-draw"),
]
