"""Pages of transfers: what waits for this side, asking for one (also from a row of an import), accepting, refusing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, see_page
from lianfang.domain.residents import import_reads, life_reads, pages, rules, transfers
from lianfang.domain.residents.life_forms import TransferForm
from lianfang.domain.residents.life_views import KEEP, community_of, complain
from lianfang.domain.residents.rules import Verdict
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

ACCEPT = "other:accept_transfer"


@requires(KEEP, ACCEPT, lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Transfers of the reader's area: what waits for this side first."""
    actor = actor_of(request)
    found = transfers.transfers(actor=actor)
    waiting = [one for one in found if one.state == "asked" and not one.mine_ok]
    asked = [one for one in found if one.state == "asked" and one.mine_ok]
    over = [one for one in found if one.state != "asked"]
    context = {
        "waiting": waiting, "asked": asked, "over": over, "may_accept": actor.may("other", "accept_transfer"),
        "may_ask": actor.may("other", "keep_ledger") and len(actor.path) == 12, "place_code": actor.area_code,
    }  # fmt: skip
    return render(request, "residents/transfers.html", context)


@requires(KEEP, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask that somebody registered elsewhere moves or stays here; a row of an import fills in what it said."""
    actor = actor_of(request)
    place = community_of(actor, code)
    buildings = life_reads.building_choices(place.path)
    form = TransferForm(buildings, request.POST or None, initial=_from_row(request, actor, buildings))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            number = transfers.ask_transfer(
                actor=actor, what=said["what"], number=said["number"], name=said["name"], door=form.door(),
                reason=said["reason"], until=said["until"],
            )  # fmt: skip
        except LianfangError as error:
            complain(form, error)
        else:
            messages.success(request, _("Asked. The other side is told only that somebody of theirs is asked for."))
            return see_page("residents-transfer", number)
    context = {"place": place, "form": form, "trail": pages.trail(actor, place, _("Ask for a transfer"))}
    return render(request, "residents/transfer_ask.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP, ACCEPT, lists=True)
@require_GET
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One transfer: what each side has said, and what this side may do."""
    return _page(request, number)


@requires(ACCEPT, lists=True)
@require_POST
def accept(request: HttpRequest, number: int) -> HttpResponse:
    """Accept for this side."""
    done = transfers.accept_transfer(actor=actor_of(request), transfer_id=number)
    said = (
        _("Accepted by both sides: the entry is where they live now.")
        if done
        else _("Accepted. It waits for the other side.")
    )
    messages.success(request, said)
    return see_page("residents-transfer", number)


@requires(ACCEPT, lists=True)
@require_POST
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    """Refuse for this side; nothing changes and nothing is told."""
    transfers.refuse_transfer(actor=actor_of(request), transfer_id=number)
    messages.success(request, _("Refused. Nothing has changed, and the other side was told nothing more."))
    return see_page("residents-transfer", number)


@requires(KEEP, lists=True)
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what this side asked for."""
    transfers.withdraw_transfer(actor=actor_of(request), transfer_id=number)
    messages.success(request, _("Taken back."))
    return see_page("residents-transfer", number)


def _page(request: HttpRequest, number: int) -> HttpResponse:
    actor = actor_of(request)
    found = transfers.transfer(actor=actor, transfer_id=number)
    context = {
        "one": found, "may_accept": actor.may("other", "accept_transfer") and found.state == "asked" and not found.mine_ok,
        "may_refuse": actor.may("other", "accept_transfer") and found.state == "asked",
        "may_withdraw": actor.may("other", "keep_ledger") and found.state == "asked" and found.side == "in",
    }  # fmt: skip
    return render(request, "residents/transfer.html", context)


def _from_row(request: HttpRequest, actor: Actor, buildings: list[tuple[str, str]]) -> dict[str, Any]:
    """What a row of an import that waits for a person says; nothing without one."""
    file, row = request.GET.get("file", ""), request.GET.get("row", "")
    if not (is_whole(file) and is_whole(row)):
        return {}
    found = import_reads.rows_of(
        import_reads.import_by_id(int(file[:9])), (Verdict.NEEDS_PERSON.value,), after=int(row[:9]) - 1, limit=1
    )
    if not found or found[0].row != int(row[:9]) or not actor.sees("residents", "open"):
        return {}
    values = found[0].values
    key = rules.building_key(str(values.get("building") or ""))
    building = next((path for path, name in buildings if rules.building_key(name.split()[-1]) == key), "")
    return {
        "name": values.get("name", ""), "number": values.get("id_no", ""), "building": building,
        "entrance": values.get("entrance", ""), "door": values.get("door") or values.get("home_address", ""),
    }  # fmt: skip
