"""Signing in and out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from lianfang.base.access.forms import SignInForm
from lianfang.base.access.services import SESSION_HOURS, end_session, sign_in, token_digest
from lianfang.base.access.views_support import public
from lianfang.kernel.errors import LianfangError


@public
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; a refusal keeps the user name and says what to do."""
    form = SignInForm(request.POST or None)
    back = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    if request.method == "POST" and form.is_valid():
        try:
            token = sign_in(form.cleaned_data["username"], form.cleaned_data["password"])
        except LianfangError as error:
            form.add_error(None, error.render("en" if (get_language() or "").startswith("en") else "zh"))
        else:
            response = HttpResponseRedirect(back)
            response.set_cookie(
                settings.SESSION_COOKIE,
                token,
                max_age=SESSION_HOURS * 3600,
                httponly=True,
                samesite="Lax",
                secure=settings.SECURE,
            )
            return response
    status = 422 if request.method == "POST" else 200
    return render(request, "access/sign_in.html", {"form": form, "next": back, "drill": settings.DRILL}, status=status)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session at once, here and in the database."""
    token = request.COOKIES.get(settings.SESSION_COOKIE, "")
    if token:
        end_session(token_digest(token))
    response = HttpResponseRedirect("/")
    response.delete_cookie(settings.SESSION_COOKIE)
    return response
