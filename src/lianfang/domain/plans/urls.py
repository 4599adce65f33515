"""Addresses of plans."""

from __future__ import annotations

from django.urls import path

from lianfang.domain.plans import views, views_change

urlpatterns = [
    path("", views.index, name="plans"),
    path("new/<str:kind>/", views_change.new, name="plan-new"),
    path("<int:number>/", views.plan, name="plan"),
    path("<int:number>/plan.xlsx", views.table, name="plan-table"),
    path("<int:number>/tours/", views.tours, name="plan-tours"),
    path("<int:number>/problem.json", views.problem_file, name="plan-file"),
    path("<int:number>/line/<int:n>/", views_change.line, name="plan-line"),
    path("<int:number>/line/<int:n>/pin/", views_change.pin, name="plan-pin"),
    path("<int:number>/adopt/", views_change.adopt_page, name="plan-adopt"),
    path("<int:number>/again/", views_change.again, name="plan-again"),
    path("<int:number>/restart/", views_change.start, name="plan-restart"),
    path("<int:number>/stop/", views_change.stop, name="plan-stop"),
    path("<int:number>/withdraw/", views_change.take_back, name="plan-withdraw"),
]
