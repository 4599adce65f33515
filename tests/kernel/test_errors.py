"""The catalogue: unique codes, two whole sentences with the same placeholders, errors that carry their values."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import lianfang.kernel
from lianfang.kernel import errors
from lianfang.kernel.errors import CatalogueError, LianfangError, define


@pytest.fixture
def own_registry(monkeypatch):
    monkeypatch.setattr(errors, "_REGISTRY", {})


def test_kernel_catalogue_speaks_both_languages():
    codes = set()
    for module in pkgutil.iter_modules(lianfang.kernel.__path__):
        source = importlib.import_module(f"lianfang.kernel.{module.name}").__file__
        codes |= set(re.findall(r'define\(\s*"([^"]+)"', Path(source).read_text(encoding="utf-8")))
    found = [errors.problem(code) for code in sorted(codes)]
    assert len(found) > 35
    for item in found:
        assert re.search(r"[\u4e00-\u9fff]", item.zh), item.code
        assert item.zh.endswith("。"), item.code
        assert item.en.endswith("."), item.code
        assert not re.search(r"[\u4e00-\u9fff]", item.en), item.code
        values = dict.fromkeys(item.fields, "x")
        assert "{" not in item.sentence(values, "zh") + item.sentence(values, "en")


@pytest.mark.parametrize(
    "code",
    [
        "fact.id_reused",
        "fact.kind_unknown",
        "fact.area_outside",
        "fact.time_future",
        "fact.subject_unknown",
        "fact.too_large",
        "fact.payload_invalid",
        "session.expired",
    ],
)
def test_the_codes_partners_rely_on_exist(code):
    assert errors.problem(code).code == code


def test_an_error_carries_code_status_values_and_sentence():
    error = LianfangError("fact.too_large", bytes=70_000, limit=65_536)
    assert (error.code, error.status) == ("fact.too_large", 413)
    assert error.render() == "这条记录有70000字节，最多65536字节。请把附件分开上传。"
    assert error.render("en") == str(error) == "The fact has 70000 bytes, the limit is 65536. Upload attachments apart."
    body = error.as_problem_json("en")
    assert body["status"] == 413
    assert body["code"] == body["title"] == "fact.too_large"
    assert body["type"] == "urn:lianfang:problem:fact.too_large"
    assert body["values"] == {"bytes": 70_000, "limit": 65_536}
    assert body["detail"] == str(error)


def test_a_missing_value_or_an_unknown_code_is_found_at_once():
    with pytest.raises(CatalogueError, match="limit"):
        LianfangError("fact.too_large", bytes=1)
    with pytest.raises(CatalogueError, match="not in the catalogue"):
        LianfangError("no.such_code")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": "NotACode"}, "lower-case"),
        ({"code": "single"}, "lower-case"),
        ({"status": 99}, "HTTP status"),
        ({"zh": " "}, "both sentences"),
        ({"en": ""}, "both sentences"),
        ({"en": "no placeholder."}, "differ"),
        ({"zh": "坏{0}。", "en": "bad {0}."}, "plain names"),
    ],
)
def test_a_bad_definition_is_refused(own_registry, change, message):
    good = {"code": "a.b", "status": 400, "zh": "有{n}个。", "en": "There are {n}."}
    fields = good | change
    with pytest.raises(CatalogueError, match=message):
        define(fields["code"], status=fields["status"], zh=fields["zh"], en=fields["en"])
    assert errors.all_problems() == ()


def test_a_code_can_be_defined_only_once(own_registry):
    first = define("a.b", status=400, zh="有{n}个{m}。", en="{m}: {n}.")
    assert first.fields == ("m", "n")
    with pytest.raises(CatalogueError, match="twice"):
        define("a.b", status=400, zh="有{n}个{m}。", en="{m}: {n}.")
