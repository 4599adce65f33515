"""Every sentence of every app exists in Chinese; none is fuzzy, left over, translated in two ways, or not compiled."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    """The tool that maintainers run."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def small(messages: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source folder with one app, whose sentences come from code and from a template."""
    app = tmp_path / "src" / "lianfang" / "rounds"
    (app / "templates").mkdir(parents=True)
    (app / "apps.py").write_text("")
    (app / "views.py").write_text(
        "from django.utils.translation import gettext as _, ngettext, pgettext\n"
        '_("Sampled"); pgettext("state", "Act"); ngettext("%(n)d tube", "%(n)d tubes", 2)\n'
    )
    (app / "templates" / "page.html").write_text(
        "{% load i18n %}\n  <p title='it\\'s'>{% translate \"Missing\" %}</p>\n"
        "    {% blocktranslate count n=3 %}{{ n }} left{% plural %}{{ n }} left{% endblocktranslate %} {# not this #}\n"
    )
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "SOURCE", tmp_path / "src" / "lianfang")
    monkeypatch.setattr(messages, "DEFAULT_APP", app)
    return app


def translate(messages: ModuleType, app: Path, **chinese: str) -> Path:
    """Create or update the catalogue and fill in translations by msgid."""
    messages.update(app, messages.extracted()[app])
    path = app / messages.CATALOGUE
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        text = chinese.get(entry.msgid.replace(" ", "_"), "译文%(n)s" if "%(n)" in entry.msgid else f"译{entry.msgid}")
        text = text.replace("%(n)s", "%(n)d") if "%(n)d" in entry.msgid else text
        if entry.msgid_plural:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
    catalogue.save(str(path))
    return path


def test_every_sentence_of_the_product_is_translated(messages: ModuleType) -> None:
    assert messages.problems() == []


def test_sentences_are_found_in_code_and_templates(messages: ModuleType, small: Path) -> None:
    found = set(messages.extracted()[small])
    assert found == {
        (None, "Sampled", ""),
        ("state", "Act", ""),
        (None, "%(n)d tube", "%(n)d tubes"),
        (None, "Missing", ""),
        (None, "%(n)s left", "%(n)s left"),
    }


def test_a_whole_catalogue_has_no_problems_and_keeps_its_texts(messages: ModuleType, small: Path) -> None:
    assert any("not in the catalogue" in line for line in messages.problems())
    path = translate(messages, small, Sampled="已采")
    assert messages.problems() == ["rounds: the .mo file is stale; run python tools/messages.py"]
    messages.update(small, messages.extracted()[small])
    assert messages.problems() == []
    assert {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}["Sampled"] == "已采"


def test_gaps_are_named(messages: ModuleType, small: Path) -> None:
    path = translate(messages, small)
    catalogue = polib.pofile(str(path))
    by_id = {entry.msgid: entry for entry in catalogue}
    by_id["Sampled"].msgstr = ""
    by_id["Missing"].flags.append("fuzzy")
    by_id["%(n)d tube"].msgstr_plural = {0: "采样管"}
    catalogue.append(polib.POEntry(msgid="Gone", msgstr="已去"))
    catalogue.save(str(path))
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    lines = " ".join(messages.problems())
    for part in (
        "not translated: 'Sampled'",
        "fuzzy: 'Missing'",
        "became []: '%(n)d tube'",
        "no longer used: 'Gone'",
        "stale",
    ):
        assert part in lines


def test_one_term_has_one_translation(messages: ModuleType, small: Path) -> None:
    other = small.parent / "reports"
    other.mkdir()
    (other / "apps.py").write_text("")
    (other / "views.py").write_text('from django.utils.translation import gettext as _\n_("Sampled")\n')
    for app, text in ((small, "已采"), (other, "采样")):
        translate(messages, app, Sampled=text)
        messages.update(app, messages.extracted()[app])
    assert messages.problems() == ["rounds: 'Sampled' is '已采' here and '采样' in reports"]
