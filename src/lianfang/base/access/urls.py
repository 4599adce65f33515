"""Addresses of signing in and out, of slips, and of one's own account."""

from __future__ import annotations

from django.urls import path

from lianfang.base.access import own_views, views

urlpatterns = [
    path("sign-in/", views.sign_in_page, name="sign-in"),
    path("sign-in/code/", views.code_page, name="sign-in-code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("slip/", views.slip_page, name="slip"),
    path("my/", own_views.index, name="my-account"),
    path("my/password/", own_views.password, name="my-password"),
    path("my/role/", own_views.work_as, name="my-role"),
    path("my/authenticator/", own_views.authenticator, name="my-authenticator"),
    path("my/sessions/<str:handle>/end/", own_views.end_session, name="my-session-end"),
]
