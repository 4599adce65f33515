"""Folding changes how fast a template is drawn, never what it says."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, Engine, TemplateDoesNotExist, engines
from django.template.base import NodeList, TextNode
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override

from lianfang.web.templating import Words, fold

SOURCE = """{% load i18n static lf %}<p class="{% translate 'Coverage' %}">{% translate "Coverage" %}</p>{% icon "users" %}
{% for one in rows %}<td data-label="{% translate 'State' %}">{{ one.name }}{{ one.raw }}{{ one.count }}{{ one.none }}{{ one.gone }}</td>
{% if one.count %}{% translate "Coverage" as word %}{{ word }}{% translate one.name %}{% endif %}{% endfor %}
{{ kept.name|default:kept.count }}{{ kept.gone|default:kept.name }}{{ kept.pairs.items|length }}{{ kept.pairs.a }}{{ kept.pairs.b }}
{{ kept.broken }}{{ kept.greet }}{{ kept.list.1.name }}{{ kept.count|add:kept.list.0 }}{{ kept.kind.word }}{{ nowhere }}{{ nowhere.at.all }}
{% if kept.list and nowhere or kept.pairs.a == 1 %}{% firstof nowhere.x kept.name %}{% endif %}{{ rows.1.gone|default_if_none:"-" }}
{% autoescape off %}{{ rows.0.name }}{% endautoescape %}{% with a=rows.0 %}{{ a.when }}{% endwith %}{# gone #}"""
ROWS = [
    {"name": "<b>王", "raw": SafeString("<i>x</i>"), "count": 1234, "none": None, "when": lambda: "called & escaped"},
    {"name": "& 李", "raw": SafeString("'"), "count": 0, "none": 0.5},
]


class Kept:
    """An object with what a template may ask of one."""

    name, count = "王 & 李", 3
    list = (7, {"name": "second"})
    pairs: ClassVar = {"a": 1}
    kind = type("Kind", (), {"word": "of a class", "__init__": lambda self: None})

    @property
    def broken(self) -> str:
        raise ObjectDoesNotExist

    def greet(self) -> str:
        """Say hello."""
        return "<hello>"


def drawn(*, folded: bool) -> str:
    template = engines["django"].engine.from_string(SOURCE)
    if folded:
        fold(template.nodelist)
    return str(template.render(Context({"rows": ROWS, "kept": Kept()})))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_folded_template_says_the_same(language: str) -> None:
    with override(language):
        plain = drawn(folded=False)
        assert "&lt;b&gt;王" in plain
        assert "<i>x</i>" in plain
        assert "called &amp; escaped" in plain
        assert "&lt;hello&gt;second10" in plain
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
