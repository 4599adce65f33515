"""Folding changes how fast a template is drawn, never what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import Context, Engine, TemplateDoesNotExist, engines
from django.template.base import NodeList, TextNode
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override

from lianfang.web.templating import Words, fold

SOURCE = """{% load i18n static lf %}<p class="{% translate 'Coverage' %}">{% translate "Coverage" %}</p>{% icon "users" %}
{% for one in rows %}<td data-label="{% translate 'State' %}">{{ one.name }}{{ one.raw }}{{ one.count }}{{ one.none }}{{ one.gone }}</td>
{% if one.count %}{% translate "Coverage" as word %}{{ word }}{% translate one.name %}{% endif %}{% endfor %}
{% autoescape off %}{{ rows.0.name }}{% endautoescape %}{% with a=rows.0 %}{{ a.when }}{% endwith %}{# gone #}"""
ROWS = [
    {"name": "<b>王", "raw": SafeString("<i>x</i>"), "count": 1234, "none": None, "when": lambda: "called & escaped"},
    {"name": "& 李", "raw": SafeString("'"), "count": 0, "none": 0.5},
]


def drawn(*, folded: bool) -> str:
    template = engines["django"].engine.from_string(SOURCE)
    if folded:
        fold(template.nodelist)
    return str(template.render(Context({"rows": ROWS})))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_folded_template_says_the_same(language: str) -> None:
    with override(language):
        plain = drawn(folded=False)
        assert "&lt;b&gt;王" in plain
        assert "<i>x</i>" in plain
        assert "called &amp; escaped" in plain
        assert gettext("Coverage") in plain
        assert drawn(folded=True) == plain


def test_constant_tags_and_their_neighbours_become_one_text() -> None:
    with override("zh-hans"):
        template = engines["django"].engine.from_string(
            '{% load i18n lf %}<p>{% translate "State" %}{% icon "x" %}</p>{{ a }}'
        )
        fold(template.nodelist)
        assert [type(node) for node in template.nodelist] == [TextNode, Words]
        assert isinstance(template.nodelist, NodeList)


def test_each_language_has_its_own(tmp_path: Path) -> None:
    engine = engines["django"].engine
    with override("zh-hans"):
        chinese = engine.get_template("lianfang/components/floor.html").render(Context())
    with override("en"):
        english = engine.get_template("lianfang/components/floor.html").render(Context())
    assert "This browser is too old" in english
    assert "This browser is too old" not in chinese
    assert isinstance(engine, Engine)
    with pytest.raises(TemplateDoesNotExist):
        engine.get_template(f"{tmp_path.name}/nowhere.html")
