"""The address of the operator's page."""

from __future__ import annotations

from django.urls import path

from lianfang.base.keeping import views

urlpatterns = [path("", views.operations, name="operations")]
