"""Hashed static files: our modules find each other, MapLibre finds its worker; the about page names what is carried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import RequestFactory, override_settings

from lianfang.web import about, vendored


@pytest.fixture
def collected(tmp_path: Path):  # type: ignore[no-untyped-def]
    """A folder of collected static files under hashed names."""
    storages = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "lianfang.web.storage.StaticStorage"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=str(tmp_path), DEBUG=False):
        call_command("collectstatic", "--noinput", verbosity=0)
        yield tmp_path


def test_modules_import_each_other_by_hashed_names(collected: Path) -> None:
    shell = (collected / staticfiles_storage.stored_name("js/shell.js")).read_text("utf-8")
    imported = re.findall(r'from\s*"\./([^"]+)"', shell)
    assert len(imported) == 6
    assert all(re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", name) for name in imported)
    assert all((collected / "js" / name).exists() for name in imported)


def test_map_library_and_worker_keep_their_plain_names(collected: Path) -> None:
    for name in ("maplibre-gl.mjs", "maplibre-gl-worker.mjs"):
        assert (collected / vendored.path("maplibre-gl", name)).exists()


def test_text_files_are_precompressed(collected: Path) -> None:
    name = staticfiles_storage.stored_name("css/components.css")
    assert (collected / f"{name}.gz").exists()


@pytest.mark.usefixtures("plain_static")
def test_the_about_page_names_every_vendored_package() -> None:
    html = about.page(RequestFactory().get("/about/")).content.decode()
    for entry in vendored.entries():
        assert entry["name"] in html
        assert entry["version"] in html
        assert entry["licence"] in html
    assert all(line["href"] for line in about.packages())
