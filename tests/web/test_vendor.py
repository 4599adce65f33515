"""Vendored browser files are exactly what the lock says, licensed, local, and within the browser floor."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from pathlib import Path

import pytest

from lianfang.web import vendored

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "src/lianfang/web/static/vendor", ROOT / "tests/support/vendor")
PRODUCT = FOLDERS[0]
MOST_BYTES = 9_000_000
REGISTRY = re.compile(r"registry\.(npmjs|npmmirror|yarnpkg)\.|npm\.taobao|unpkg\.com|jsdelivr", re.IGNORECASE)
ADDRESS = re.compile(r"https?://([a-zA-Z0-9.-]+)")
KNOWN_HOSTS = {
    "www.w3.org",  # names of XML namespaces, never fetched
    "github.com",  # links in comments and licences
    "maplibre.org",  # text of the attribution control, which we switch off
    "maplibre.invalid",  # placeholder base of relative addresses
    "wiki.openstreetmap.org",  # a sentence for browsers without WebGL
}
TOO_NEW_CSS = re.compile(r"oklch\(|color-mix\(|light-dark\(|\(from |@starting-style|@scope", re.IGNORECASE)
LICENCE_WORDS = {
    "0BSD": "Permission to use, copy, modify, and/or distribute",
    "BSD-3-Clause": "Redistribution and use in source and binary forms",
    "MIT": "Permission is hereby granted, free of charge",
    "MPL-2.0": "Mozilla Public License",
}


def load_tool(name: str):  # type: ignore[no-untyped-def]
    """Import a script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lock(folder: Path) -> list[dict[str, object]]:
    """Return the entries of a lock file."""
    return json.loads((folder / "vendor.lock.json").read_text("utf-8"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_files_are_those_of_the_lock(folder: Path) -> None:
    assert load_tool("vendor").check(folder) == []


def test_a_changed_missing_or_extra_file_is_named(tmp_path: Path) -> None:
    for name, text in (("a.js", "1"), ("b.js", "2"), ("extra.js", "3")):
        (tmp_path / name).write_text(text)
    entries = [
        {"path": "a.js", "sha256": hashlib.sha256(b"1").hexdigest()},
        {"path": "b.js", "sha256": hashlib.sha256(b"other").hexdigest()},
        {"path": "gone.js", "sha256": ""},
    ]
    (tmp_path / "vendor.lock.json").write_text(json.dumps(entries))
    assert load_tool("vendor").check(tmp_path) == [
        "b.js differs from the lock",
        "gone.js is in the lock but missing",
        "extra.js is not in the lock",
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_package_brings_its_licence(folder: Path) -> None:
    packages = {(entry["name"], entry["version"], entry["licence"]) for entry in lock(folder)}
    for name, version, licence in packages:
        files = [str(entry["path"]) for entry in lock(folder) if entry["name"] == name and entry["version"] == version]
        texts = [(folder / path).read_text("utf-8") for path in files if "LICENSE" in path]
        assert any(LICENCE_WORDS[str(licence)] in text for text in texts), f"{name} has no {licence} text"


def test_config_and_lock_name_the_same_versions() -> None:
    wanted = {(package["name"], package["version"]) for package in load_tool("vendor").read_config()}
    assert wanted == {(entry["name"], entry["version"]) for folder in FOLDERS for entry in lock(folder)}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_no_registry_host_is_written_anywhere(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    files += [ROOT / "tools/vendor.py", ROOT / "tools/vendor.toml"]
    assert [path.name for path in files if REGISTRY.search(path.read_text("utf-8"))] == []


def test_product_files_name_only_known_remote_hosts() -> None:
    texts = {entry["path"]: (PRODUCT / str(entry["path"])).read_text("utf-8") for entry in lock(PRODUCT)}
    found = {
        (path, host) for path, text in texts.items() if "LICENSE" not in str(path) for host in ADDRESS.findall(text)
    }
    assert {(path, host) for path, host in found if host not in KNOWN_HOSTS} == set()


def test_scripts_carry_no_source_map_and_no_new_css() -> None:
    for entry in lock(PRODUCT):
        text = (PRODUCT / str(entry["path"])).read_text("utf-8")
        assert "sourceMappingURL=" not in text[-500:], entry["path"]
        if str(entry["path"]).endswith(".css"):
            assert not TOO_NEW_CSS.search(text), entry["path"]


def test_vendored_files_stay_small() -> None:
    assert sum(int(str(entry["bytes"])) for entry in lock(PRODUCT)) <= MOST_BYTES


def test_templates_find_files_by_package_and_name() -> None:
    assert vendored.path("htmx.org", "htmx.min.js") == "vendor/htmx.org/2.0.11/htmx.min.js"
    with pytest.raises(LookupError, match=r"no vendored file nothing\.js"):
        vendored.path("htmx.org", "nothing.js")


def test_icons_named_in_templates_are_in_the_sprite() -> None:
    sprite = (PRODUCT / vendored.path("@tabler/icons", "sprite.svg").removeprefix("vendor/")).read_text("utf-8")
    there = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used: set[str] = set()
    for path in (ROOT / "src/lianfang").rglob("*.html"):
        used |= set(re.findall(r'\{% icon "([^"]+)"', path.read_text("utf-8")))
    code = (ROOT / "src/lianfang/web/nav.py").read_text("utf-8")
    used |= set(re.findall(r'_\w*\([^)]*\), "([a-z0-9-]+)"\)', code))
    assert len(used) > 20
    assert used <= there, f"not in the sprite: {sorted(used - there)}"
