"""The public answer when results lag: anybody sees how far a round's results are, and what the county says about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django import forms
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.api import public, requires
from lianfang.base.access.pages import see_page
from lianfang.base.playbooks.api import load_shipped
from lianfang.domain.rounds.models import Answer
from lianfang.domain.rounds.selectors import round_by_id
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import code_of, short_name
from lianfang.kernel.errors import LianfangError, define

KEPT_SECONDS = 60.0
"""How long one reading serves everybody: the page is open to the whole county, the count reads a round's tubes."""
LONGEST = 300

define(
    "round.answer_missing",
    status=422,
    zh="没有填写告知内容。请写明原因和预计时间。",
    en="There is nothing to tell yet. Say why the results are late and when they are expected.",
)


@dataclass(frozen=True)
class Progress:
    """How far the results of one round are. oldest: when the oldest tube without a result was closed."""

    round_id: int
    name: str
    place: str
    playbook: str
    drill: bool
    opened_at: datetime
    tubes: int
    results: int
    oldest: datetime | None
    answer: str
    expected_at: datetime | None
    said_at: datetime | None

    @property
    def limit_hours(self) -> int | None:
        """Within how many hours the guide in force asks a round to be finished; None where it does not say."""
        try:
            edition = load_shipped(self.playbook).testing_on(beijing_day(self.opened_at))
        except LianfangError:
            return None
        return max((limit.hours[1] for limit in edition.finish), default=None)

    def late_hours(self, now: datetime) -> int:
        """Whole hours that the oldest tube waits; 0 when nothing waits."""
        return 0 if self.oldest is None else max(0, (now - self.oldest) // timedelta(hours=1))

    def is_late(self, now: datetime) -> bool:
        """Whether the oldest tube has waited longer than the guide gives the whole round."""
        limit = self.limit_hours
        return limit is not None and self.oldest is not None and now - self.oldest > timedelta(hours=limit)


_KEPT: dict[str, tuple[float, list[Progress]]] = {}


def progress(*, fresh: bool = False) -> list[Progress]:
    """The rounds whose results are running or waiting, newest first; read at most once a minute."""
    known = _KEPT.get("rounds")
    if not fresh and known is not None and monotonic() - known[0] <= KEPT_SECONDS:
        return known[1]
    with connection.cursor() as cursor:
        cursor.execute("select * from rounds_public()")
        found = [Progress(*row) for row in cursor.fetchall()]
    _KEPT["rounds"] = (monotonic(), found)
    return found


@public
@require_GET
def results_progress(request: HttpRequest) -> HttpResponse:
    """For residents, without signing in: are the results out, are they late, what does the county say."""
    now = timezone.now()
    lines = [
        {"one": one, "place": short_name(one.place), "late": one.is_late(now), "hours": one.late_hours(now)}
        for one in progress()
    ]
    return render(request, "rounds/public.html", {"lines": lines, "now_at": now})


class AnswerForm(forms.Form):
    """What residents are told, and when results are expected."""

    text = forms.CharField(
        label=_("What residents are told"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why the results are late and what is being done. Everybody can read it."),
    )  # fmt: skip
    expected_at = forms.DateTimeField(
        label=_("Results expected by"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )  # fmt: skip


@requires("other:publish_notice", lists=True)
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Tell residents about a round of one's own area; the last answer stands."""
    actor = request.actor
    one = round_by_id(number)
    if one is None or not actor.covers(one.path) or one.kind != "testing":
        raise LianfangError("access.not_found")
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise LianfangError("round.answer_missing")
    Answer.objects.create(
        round=one, path=one.path, text=form.cleaned_data["text"].strip(), expected_at=form.cleaned_data["expected_at"],
        said_by=actor.account_id,
    )  # fmt: skip
    progress(fresh=True)
    return see_page("round-area", number, code_of(one.path))
