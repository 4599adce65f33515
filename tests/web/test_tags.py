"""Template tags: what they write, in both languages, also for missing values and hostile ones."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone, translation

pytestmark = pytest.mark.usefixtures("plain_static")


def render(source: str, language: str = "zh-hans", **context: Any) -> str:
    """Render a line of template in a language."""
    with translation.override(language):
        return Template("{% load lf %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("state", "chinese", "english"),
    [("good", "正常", "Good"), ("watch", "关注", "Watch"), ("act", "处置", "Act"), ("unknown", "未知", "Unknown")],
)
def test_a_state_has_colour_shape_and_word(state: str, chinese: str, english: str) -> None:
    for language, word in (("zh-hans", chinese), ("en", english)):
        html = render("{% badge state %}", language, state=state)
        assert f'class="badge {state}"' in html
        assert "<svg" in html
        assert word in html


def test_shapes_differ_between_states() -> None:
    shapes = {
        render("{% badge state 'x' %}", state=state).split("<svg")[1] for state in ("good", "watch", "act", "unknown")
    }
    assert len(shapes) == 4


def test_a_figure_tells_denominator_time_source_and_leads_to_its_rows() -> None:
    now = timezone.now()
    source = (
        "{% figure '已采' 5900 denominator=6518 of='应检人员' at=now source='采样记录' href='/rows/' previous=5320 %}"
    )
    html = render(source, now=now)
    for part in ("5,900", "90.5%", "应检人员共 6,518", "较昨日 +580", "截至", "采样记录", 'href="/rows/"'):
        assert part in html


def test_missing_and_unused_figures_never_look_like_zero() -> None:
    assert "暂无数据" in render("{% figure 'a' None denominator=5 %}")
    assert "未启用" in render("{% figure 'a' None off=True %}")
    assert "Not in use" in render("{% figure 'a' None off=True %}", "en")
    assert ">0<" in render("{% figure 'a' 0 %}").replace(" ", "").replace("\n", "")


def test_old_times_say_so() -> None:
    fresh, old = timezone.now(), timezone.now() - dt.timedelta(hours=30)
    assert "stale" not in render("{% asof at %}", at=fresh)
    html = render("{% asof at %}", at=old)
    assert "stale" in html
    assert "已过期" in html
    assert "月" in html  # another day is named
    assert "时间不详" in render("{% asof at %}", at=None)


def test_meter_draws_the_share_and_says_it() -> None:
    html = render("{% meter 5900 6518 '覆盖率' watch=0.95 act=0.8 %}")
    assert 'class="bar watch" width="90.52"' in html
    assert "90.5%" in html
    assert 'width="0.0"' in render("{% meter None 6518 %}")
    assert 'width="100.0"' in render("{% meter 9 6 %}")


def test_progress_is_labelled_and_may_be_endless() -> None:
    html = render("{% progress 'job' '读取' 4120 6518 %}")
    assert '<label for="job">读取</label><progress id="job" max="6518" value="4120">' in html
    assert "4,120 / 6,518" in html
    assert 'value="6518"' in render("{% progress 'job' '读取' 7000 6518 %}")
    assert '<progress id="job"></progress>' in render("{% progress 'job' '排队' %}")


def test_share_uses_the_brackets_of_the_language() -> None:
    assert render("{% share 5900 6518 %}") == "5,900 / 6,518（90.5%）"
    assert render("{% share 5900 6518 %}", "en") == "5,900 / 6,518 (90.5%)"


def test_text_from_people_is_escaped_everywhere() -> None:
    nasty = "<img src=x onerror=alert(1)>"
    item = {
        "title": nasty,
        "text": nasty,
        "name": nasty,
        "label": nasty,
        "hint": nasty,
        "href": "/",
        "at": timezone.now(),
    }
    door = {"name": nasty, "state": "act", "word": nasty, "left": 0, "href": "/"}
    sources = {
        "{% badge 'act' nasty %}", "{% figure nasty 1 of=nasty source=nasty %}", "{% banner nasty 'act' nasty %}",
        "{% task_list items %}", "{% timeline items %}", "{% crumbs items %}", "{% tabs items %}", "{% masked nasty %}",
        "{% state_filter filters %}", "{% verdict_bar verdicts %}", "{% error_summary lines=lines %}",
        "{% door_grid floors entrances nasty %}", "{% note 'act' %}{{ nasty }}{% endnote %}", "{% meter 1 2 nasty %}",
        "{% blank nasty %}{{ nasty }}{% endblank %}", "{% area_link area %}", "{% icon 'x' nasty %}",
    }  # fmt: skip
    context = {
        "nasty": nasty,
        "items": [item, item],
        "filters": [{**item, "count": 1}],
        "verdicts": [{"key": "new", "label": nasty, "count": 1}],
        "lines": [nasty],
        "floors": [{"name": nasty, "doors": [door]}],
        "entrances": [{"name": nasty, "width": 1}],
        "area": {"name": nasty, "code": "1"},
    }
    for source in sources:
        html = render(source, **context)
        assert "<img" not in html, source
        assert "&lt;img" in html, source


def test_error_summary_leads_to_each_field() -> None:
    class Sample(forms.Form):
        name = forms.CharField(label="姓名", error_messages={"required": "请填写姓名"})

        def clean(self) -> None:
            raise forms.ValidationError("日期冲突")

    form = Sample({"name": ""})
    html = render("{% error_summary form %}{% field form.name %}", form=form)
    assert '<a href="#id_name">请填写姓名</a>' in html
    assert "<li>日期冲突</li>" in html
    assert "data-focus" in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert render("{% error_summary form %}", form=Sample()).strip() == ""


def test_pages_and_sorting_keep_the_rest_of_the_query() -> None:
    request = RequestFactory().get("/rows/?q=西关&page=2&sort=-name")
    page = Paginator(range(45), 10).get_page(2)
    html = render(
        "{% pager page %}{% sort_head 'name' '区域' %}{% sort_head 'count' '人数' %}", request=request, page=page
    )
    assert "第 11–20 条，共 45 条" in html
    assert 'rel="next" href="?q=%E8%A5%BF%E5%85%B3&amp;page=3&amp;sort=-name"' in html
    assert 'aria-sort="descending"' in html
    assert html.count("aria-sort") == 1
    assert 'href="?q=%E8%A5%BF%E5%85%B3&amp;sort=name"' in html
    assert 'href="?q=%E8%A5%BF%E5%85%B3&amp;sort=count"' in html
    assert "pager" not in render("{% pager page %}", request=request, page=Paginator(range(3), 10).get_page(1))


def test_door_grid_counts_who_is_left() -> None:
    doors = [{"name": "1-101", "state": "act", "word": "未采", "left": 2, "href": "/d/"}, None]
    floors, entrances = [{"name": "1F", "doors": doors}], [{"name": "1单元", "width": 2}]
    html = render("{% door_grid f e '7号楼' %}", f=floors, e=entrances)
    assert "余 2 人" in html
    assert "2 left" in render("{% door_grid f e '7' %}", "en", f=floors, e=entrances)
    assert html.count("<td>") == 2


def test_role_is_named_in_the_language() -> None:
    actor = SimpleNamespace(role="county_dispatcher", role_label="县级调度")
    assert render("{% role_label actor %}", actor=actor) == "县级调度"
    assert render("{% role_label actor %}", "en", actor=actor) == "County dispatcher"


def test_an_unknown_vendored_file_is_a_mistake() -> None:
    with pytest.raises((LookupError, TemplateSyntaxError)):
        render("{% vendored 'htmx.org' 'nothing.js' %}")
