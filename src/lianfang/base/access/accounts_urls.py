"""Addresses of accounts and grants."""

from __future__ import annotations

from django.urls import path

from lianfang.base.access import accounts_views

urlpatterns = [
    path("", accounts_views.index, name="accounts"),
    path("new/", accounts_views.new, name="account-new"),
    path("<int:number>/", accounts_views.one, name="account"),
    path("<int:number>/give/", accounts_views.give, name="account-give"),
    path("<int:number>/slip/", accounts_views.slip, name="account-slip"),
    path("<int:number>/sessions/<str:handle>/end/", accounts_views.end_session, name="account-session-end"),
    path("<int:number>/sign-out/", accounts_views.end_sessions, name="account-sign-out"),
    path("<int:number>/grants/<int:grant>/end/", accounts_views.end_grant, name="account-grant-end"),
]
