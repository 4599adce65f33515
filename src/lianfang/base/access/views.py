"""Signing in and out: password, then a code where one is needed; slips that set a password or an authenticator anew."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from lianfang.base.access import second, slips, steps
from lianfang.base.access.forms import CodeForm, DeviceForm, PairForm, SignInForm, SlipForm
from lianfang.base.access.pages import reader_language, see_other
from lianfang.base.access.services import Known, check_credentials, end_session, known_account, token_digest
from lianfang.base.access.views_support import public
from lianfang.kernel.errors import LianfangError


@public
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; a refusal keeps the user name and says what to do."""
    form = SignInForm(request.POST or None)
    back = _back(request)
    if request.method == "POST" and form.is_valid():
        try:
            known = check_credentials(form.cleaned_data["username"], form.cleaned_data["password"])
            return _go_on(known, back)
        except LianfangError as error:
            form.add_error(None, error.render(reader_language()))
    status = 422 if request.method == "POST" else 200
    return render(request, "access/sign_in.html", {"form": form, "next": back}, status=status)


@public
def code_page(request: HttpRequest) -> HttpResponse:
    """Ask for the authenticator's code, or set an authenticator up for the first time."""
    step = steps.found(request)
    if step is None:
        return HttpResponseRedirect(reverse("sign-in"))
    known = known_account(step.account_id)
    if known is None:
        return HttpResponseRedirect(reverse("sign-in"))
    form = CodeForm(request.POST or None)
    draft = None if known.second else second.draft(step.username, bytes.fromhex(step.secret) or None)
    if request.method == "POST" and form.is_valid():
        try:
            if draft is None:
                second.check_code(step.account_id, step.username, form.cleaned_data["code"])
                return steps.finish(step)
            codes = second.enrol(step.account_id, draft.secret, form.cleaned_data["code"])
            return steps.finish(step, render(request, "access/recovery.html", {"codes": codes, "next": step.back}))
        except LianfangError as error:
            form.add_error("code", error.render(reader_language()))
    context = {"form": form, "draft": draft, "qr": slips.qr(draft.uri) if draft else "", "username": step.username}
    answer = render(request, "access/code.html", context, status=422 if request.method == "POST" else 200)
    return answer if draft is None else steps.keep(answer, step.with_secret(draft.secret))


@public
def slip_page(request: HttpRequest) -> HttpResponse:
    """A printed slip: first its code, then the new password (or the known one, when only the phone was lost)."""
    form = SlipForm(request.POST or None)
    if request.method != "POST":
        return render(request, "access/slip.html", {"form": form})
    holder = None
    if form.is_valid():
        try:
            holder = slips.holder_of(form.cleaned_data["code"])
        except LianfangError as error:
            form.add_error("code", error.render(reader_language()))
    if holder is None:
        return render(request, "access/slip.html", {"form": form}, status=422)
    asked = "password" in request.POST
    choice: type[forms.Form] = DeviceForm if holder.purpose == "device" else PairForm
    second_form = choice(request.POST if asked else None)
    if asked and second_form.is_valid():
        try:
            slips.use(form.cleaned_data["code"], second_form.cleaned_data["password"])
            known = known_account(holder.account_id)
            if known is not None:
                return _go_on(known, "/")
        except LianfangError as error:
            second_form.add_error("password", error.render(reader_language()))
    context = {"form": second_form, "holder": holder, "code": form.cleaned_data["code"]}
    return render(request, "access/slip_password.html", context, status=422 if asked else 200)


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


def _go_on(known: Known, back: str) -> HttpResponse:
    """The session, or the page that asks for a code first."""
    step = steps.begin(known.account_id, known.username, back)
    if known.second or known.needs_second:
        return steps.keep(see_other(reverse("sign-in-code")), step)
    return steps.finish(step)


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next") or request.GET.get("next") or "/"
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else "/"
