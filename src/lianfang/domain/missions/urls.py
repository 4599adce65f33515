"""Addresses of missions."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.missions import views, views_plan

urlpatterns = [
    path("", views.index, name="missions"),
    path("plan/", views_plan.plan, name="mission-plan"),
    path("needs/new/", views.new_need, name="mission-need-new"),
    path("needs/<int:number>/end/", views.end_need, name="mission-need-end"),
    path("teams/new/", views.new_team, name="mission-team-new"),
    path("teams/<int:number>/", views.team, name="mission-team"),
    path("teams/<int:number>/end/", views.end_team, name="mission-team-end"),
    path("<int:number>/", views.mission, name="mission"),
    path("<int:number>/act/", views.act, name="mission-act"),
]
