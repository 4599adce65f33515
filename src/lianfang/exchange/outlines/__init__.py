"""Outlines of buildings from plans and satellite maps: GeoJSON and DXF in, named polygons in satellite degrees out."""

from __future__ import annotations

from lianfang.exchange.outlines.compose import Barrier, Outline, Reading, compose
from lianfang.exchange.outlines.drawing import Drawing, LayerCount, LeftOut, Limits
from lianfang.exchange.outlines.frames import ControlPoint, Fit, Frame, fit_points, guess_frame
from lianfang.exchange.outlines.layers import ROLES, Role, guess_roles
from lianfang.exchange.outlines.reading import read_drawing
from lianfang.exchange.outlines.writer import write_geojson

__all__ = [
    "ROLES",
    "Barrier",
    "ControlPoint",
    "Drawing",
    "Fit",
    "Frame",
    "LayerCount",
    "LeftOut",
    "Limits",
    "Outline",
    "Reading",
    "Role",
    "compose",
    "fit_points",
    "guess_frame",
    "guess_roles",
    "read_drawing",
    "write_geojson",
]
