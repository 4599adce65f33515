"""Rules of the house that a reader of one file cannot see broken: sizes, names, retention, sentences, imports, addresses."""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState

import lianfang
from lianfang.kernel.errors import all_problems

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "lianfang"
MOST_LINES = 600
PUBLIC_MODELS = {"areas"}
"""Apps whose tables hold the public division tree and counts: they say so in words of their own."""
TABLES_OF_DATA = {"base/playbooks/problems.py": "the sentences of every mistake a playbook can hold"}
WITHOUT_README: dict[str, str] = {}
LAYERS = ["kernel", "planning", "analysis", "base", "exchange", "domain", "web", "field", "cli", "config"]
LATE_IMPORTS = {
    ("base/database/prepare.py", "django"): "Django is set up only once the target is in the environment",
    ("web/surroundings.py", "lianfang"): "the shell is imported while Django's models are not ready yet",
    ("web/templatetags/lf_maps.py", "lianfang"): "the shell by itself, without engines, has no figures to show",
    ("base/jobs/steward.py", "django"): "the steward sets Django up itself, as a process of its own",
    ("base/jobs/beside_worker.py", "*"): "a job sets Django up itself, as a process of its own",
    ("domain/plans/program.py", "*"): "a computation sets Django up itself, as a process of its own",
    (
        "domain/missions/planning.py",
        "lianfang",
    ): "a solver takes seconds and 100 MB: loaded when somebody plans, not with every page",
    ("domain/volunteers/matching.py", "lianfang"): "as missions/planning.py",
    ("cli", "*"): "a command loads what it needs only when it runs",
    ("config", "*"): "settings come before applications",
    ("*/apps.py", "*"): "Django's registry must be ready first",
}
"""Imports inside functions across layers, with the reason; (path or folder, imported package)."""
ERROR_ENDS = ("。", "！", "？", ".", "!", "?")


@cache
def python_files() -> tuple[Path, ...]:
    """Every module of the product and of the tests."""
    found = [path for folder in (SOURCE, ROOT / "tests", ROOT / "benchmarks") for path in folder.rglob("*.py")]
    return tuple(path for path in found if "__pycache__" not in path.parts and "migrations" not in path.parts)


def text_files() -> list[Path]:
    """Sources, templates, statements, styles, scripts and documents of the project, vendored ones left out."""
    kinds = {".py", ".html", ".sql", ".css", ".js", ".yaml", ".md", ".toml", ".sh"}
    folders = [SOURCE, ROOT / "tests", ROOT / "docs", ROOT / "benchmarks", ROOT / "tools"]
    found = [path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.suffix in kinds]
    found += [path for path in ROOT.glob("*") if path.suffix in kinds or path.name in {"Makefile", "NOTICE"}]
    return [path for path in found if not {"vendor", "__pycache__"} & set(path.parts)]


def here(path: Path) -> str:
    """A path as the project says it."""
    return path.relative_to(ROOT).as_posix()


def import_everything() -> None:
    """Import every module of the product, so that everything they define is known."""
    for module in pkgutil.walk_packages(lianfang.__path__, "lianfang."):
        if not module.name.endswith("__main__") and module.name != "lianfang.config.asgi":
            importlib.import_module(module.name)


def test_files_are_short_enough_to_read() -> None:
    long = {here(path): count for path in python_files() if (count := path.read_text("utf-8").count("\n")) > MOST_LINES}
    assert {
        path: count for path, count in long.items() if path.removeprefix("src/lianfang/") not in TABLES_OF_DATA
    } == {}


def test_nothing_is_left_to_do() -> None:
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    assert [here(path) for path in text_files() if mark.search(path.read_text("utf-8"))] == []


def test_no_path_of_a_machine() -> None:
    """Neither home folders nor the place where somebody built this."""
    mark = re.compile(r"(?<![\w.])/(" + "|".join(["home", "root", "Us" + "ers", "wo" + "rk"]) + r")/\w")
    assert [here(path) for path in text_files() if mark.search(path.read_text("utf-8"))] == []


def test_our_pages_load_nothing_from_elsewhere() -> None:
    """Government networks are closed, and a page that asks another server tells it who reads."""
    mark = re.compile(
        r"""(src|href|action)\s*=\s*["'](https?:)?//|url\(\s*["']?(https?:)?//|@import|fetch\(["']https?:|from ["']https?:"""
    )
    ours = [path for path in text_files() if path.suffix in {".html", ".css", ".js"} and SOURCE in path.parents]
    assert len(ours) > 40
    assert [here(path) for path in ours if mark.search(path.read_text("utf-8"))] == []


def test_engines_have_what_the_architecture_names() -> None:
    """One door (`api.py`) and its Django registration; models, where there are tables; a page that says what it is for."""
    lacking = []
    for app in apps.get_app_configs():
        if not app.name.startswith(("lianfang.base.", "lianfang.domain.")):
            continue
        folder = Path(app.path)
        wanted = ["apps.py", "api.py", *(["README.md"] if app.name.startswith("lianfang.domain.") else [])]
        wanted += ["models.py"] if list(app.get_models()) else []
        wanted += ["urls.py"] if list(folder.glob("*views.py")) and app.name.startswith("lianfang.domain.") else []
        lacking += [
            f"{app.label}/{name}" for name in wanted if not (folder / name).exists() and app.label not in WITHOUT_README
        ]
    assert lacking == []


def test_every_model_says_how_it_retires_and_what_it_holds_of_people() -> None:
    lacking = []
    for app in apps.get_app_configs():
        for model in app.get_models() if app.name.startswith("lianfang.") else []:
            text = " ".join((model.__doc__ or "").split())
            public = app.label in PUBLIC_MODELS or "No personal data" in text
            said = "Retention:" in text and "Personal data:" in text
            if not (said or public or ("Retention:" in text and "personal data" in text.lower())):
                lacking.append(model.__name__)
    assert sorted(lacking) == sorted(RETENTION_UNSAID)


RETENTION_UNSAID = {
    "Right": "the policy itself", "Event": "names its retention; holds account numbers",
    "Session": "names its retention; holds a token's hash",
}  # fmt: skip
"""Models whose docstring leaves one of the two to this table, with the reason."""


def test_no_migration_is_missing() -> None:
    """Models and migrations of every app of ours say the same; nothing is left for `makemigrations` to write."""
    loader = MigrationLoader(None)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("lianfang.")}
    assert not loader.detect_conflicts()
    found = MigrationAutodetector(
        loader.project_state(), ProjectState.from_apps(apps), NonInteractiveMigrationQuestioner(specified_apps=ours)
    ).changes(graph=loader.graph)
    missing = {
        label: [str(step) for one in steps for step in one.operations]
        for label, steps in found.items()
        if label in ours
    }
    assert missing == {}


def test_every_error_is_a_sentence_in_both_languages() -> None:
    import_everything()
    problems = all_problems()
    assert len(problems) > 100
    wrong = []
    for one in problems:
        names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (one.zh, one.en)]
        if names[0] != names[1] or not one.zh.strip() or not one.en.strip():
            wrong.append(f"{one.code}: placeholders")
        if not one.zh.rstrip("”』）)").endswith((*ERROR_ENDS, "}")) or not one.en.rstrip("'\")").endswith(
            (*ERROR_ENDS, "}")
        ):
            wrong.append(f"{one.code}: does not end as a sentence")
        if re.search(r"[\u4e00-\u9fff]", one.en) and one.code not in CHINESE_NAMES:
            wrong.append(f"{one.code}: Chinese in the English sentence")
        if not re.search(r"[\u4e00-\u9fff]", one.zh):
            wrong.append(f"{one.code}: no Chinese")
    assert wrong == []


CHINESE_NAMES = {"residents.kind_unknown", "residents.name_missing", "residents.sex_unknown"}
"""Sentences that must name a heading or value as it stands in an office's table."""


def test_every_code_that_is_raised_is_defined() -> None:
    """A mistyped code would turn a refusal into a crash, in the very moment somebody needs the sentence."""
    import_everything()
    known = {one.code for one in all_problems()}
    raised: dict[str, str] = {}
    for path in (one for one in python_files() if SOURCE in one.parents):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in {"LianfangError", "refuse"}:
                    raised[node.args[0].value] = here(path)
    for path in SOURCE.rglob("*.sql"):
        raised |= {
            code: here(path)
            for code in re.findall(r"errcode = 'LF\d{3}', message = '([a-z_.]+)'", path.read_text("utf-8"))
        }
    assert len(raised) > 80
    assert {code: path for code, path in raised.items() if code not in known} == {}


def layer(module: str) -> str:
    """The layer of a module of ours, '' for others."""
    parts = module.split(".")
    return parts[1] if parts[0] == "lianfang" and len(parts) > 1 else ""


def late(path: Path) -> list[str]:
    """Packages of other layers that a module imports inside functions."""
    own, found = layer("lianfang." + ".".join(path.relative_to(SOURCE).parts)), []
    tree = ast.parse(path.read_text("utf-8"))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        for node in ast.walk(function):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [name for name in names if layer(name) not in ("", own) or name.startswith("django")]
    return found


def test_no_import_hides_in_a_function_to_dodge_a_circle() -> None:
    hidden = []
    for path in (one for one in python_files() if SOURCE in one.parents):
        place = path.relative_to(SOURCE).as_posix()
        for name in late(path):
            package = name.split(".")[0]
            allowed = any(
                (where in (place, place.split("/")[0]) or (where == "*/apps.py" and path.name == "apps.py"))
                and what in (package, "*")
                for where, what in LATE_IMPORTS
            )
            if not allowed:
                hidden.append(f"{place}: {name}")
    assert hidden == []


def test_the_shipped_policy_is_the_one_in_use() -> None:
    """Roles and kinds of scope of `access.yaml`, read by the product and by the oracle, are the same."""
    from lianfang.base.access.rules import ROLES
    from tests.contracts.oracle import policy

    assert {name: role.scope for name, role in ROLES.items()} == {
        name: line.scope for name, line in policy().roles.items()
    }
    text = files("lianfang.base.access").joinpath("access.yaml").read_text("utf-8")
    assert text.startswith("# Who may see and do what")


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.sql")), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_statements_are_of_postgresql_15(path: Path) -> None:
    """The full suite runs on 18, production may be 15: nothing newer, and no extension at all."""
    newer = re.compile(
        r"uuidv7\(|without overlaps|merge_action\(|json_table\(|any_value\(|create extension|security_invoker|returning old\b",
        re.I,
    )
    assert newer.findall(path.read_text("utf-8")) == []


def test_pages_start_without_solvers() -> None:
    """A web process, the steward and every command pay for what Django loads: solvers wait until somebody plans."""
    script = (
        "import sys, django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns; "
        "print(*sorted({'ortools', 'numba', 'pyvrp', 'pymetis', 'hygese'} & set(sys.modules)))"
    )
    settings = os.environ | {"DJANGO_SETTINGS_MODULE": "lianfang.config.settings"}
    found = subprocess.run([sys.executable, "-c", script], env=settings, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
