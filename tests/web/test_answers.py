"""What every answer of the shell promises: language, caching, refusals for people, htmx and machines."""

from __future__ import annotations

import http.client
import json
from urllib.parse import unquote, urlsplit

import pytest

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/rounds/?page=2"}
ENGLISH = {"Accept-Language": "en-GB,en;q=0.8"}


def ask(
    site: str, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], str]:
    """Send one request; return status, headers and body."""
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=10)
    connection.request(method, path, headers={"Accept-Language": "zh-CN", **(headers or {})})
    response = connection.getresponse()
    answer = response.status, dict(response.getheaders()), response.read().decode("utf-8", "replace")
    connection.close()
    return answer


def test_pages_vary_and_are_kept_by_nobody(site: str) -> None:
    status, headers, body = ask(site, "/gallery/states/")
    assert status == 200
    assert {part.strip() for part in headers["Vary"].split(",")} >= {"HX-Request", "Cookie", "Accept-Language"}
    assert headers["Cache-Control"] == "no-store"
    assert '<html lang="zh-CN"' in body
    assert "演练" in body


def test_language_follows_choice_then_browser_then_chinese(site: str) -> None:
    cases = [
        ({"Accept-Language": "de"}, "zh-CN"),
        (ENGLISH, "en"),
        ({"Accept-Language": "zh-TW,en"}, "zh-CN"),
        ({**ENGLISH, "Cookie": "django_language=zh-hans"}, "zh-CN"),
        ({"Cookie": "django_language=en"}, "en"),
    ]
    for headers, language in cases:
        assert f'<html lang="{language}"' in ask(site, "/gallery/states/", headers)[2], headers


@pytest.mark.parametrize(
    ("path", "status", "chinese", "english"),
    [
        ("/errors/403/", 403, "这不在您的职责范围内", "This is not among your tasks"),
        ("/nowhere/", 404, "这里没有您可以查看的内容", "There is nothing here for you"),
        ("/errors/500/", 500, "系统出了问题", "Something went wrong on our side"),
        ("/errors/csrf/", 403, "请再提交一次", "Please send this once more"),
        ("/errors/login/", 401, "您已退出登录", "You are signed out"),
        ("/errors/422/", 422, "提交的内容无法使用", "This cannot be used as it is"),
    ],
)
def test_error_pages_say_what_and_what_next(site: str, path: str, status: int, chinese: str, english: str) -> None:
    for headers, sentence in (({}, chinese), (ENGLISH, english)):
        answered, _, body = ask(site, path, headers)
        assert answered == status
        assert sentence in body
        assert "Traceback" not in body


def test_outside_the_scope_looks_like_not_there(site: str) -> None:
    refused, missing = (ask(site, path)[2] for path in ("/refuse/?code=access.not_found", "/nowhere/"))
    start, end = '<main id="main"', "</main>"
    assert refused[refused.index(start) : refused.index(end)] == missing[missing.index(start) : missing.index(end)]


def test_a_refusal_for_a_person_carries_sentence_and_code(site: str) -> None:
    status, _, body = ask(site, "/refuse/?code=access.purpose_needed")
    assert status == 422
    assert "查看完整信息须填写用途" in body
    assert "access.purpose_needed" in body


def test_a_refusal_for_htmx_goes_to_the_alert(site: str) -> None:
    status, headers, body = ask(site, "/refuse/?code=access.purpose_needed", HTMX)
    assert status == 422
    assert (headers["HX-Retarget"], headers["HX-Reswap"]) == ("#alert", "innerHTML")
    assert "查看完整信息须填写用途" in unquote(headers["X-Problem"])
    assert "<html" not in body
    assert "data-focus" in body


@pytest.mark.parametrize(("language", "word"), [({}, "没有找到"), (ENGLISH, "Not found")])
def test_a_refusal_for_machines_is_problem_json(site: str, language: dict[str, str], word: str) -> None:
    status, headers, body = ask(site, "/api/refuse/", language)
    problem = json.loads(body)
    assert (status, headers["Content-Type"]) == (404, "application/problem+json")
    assert (problem["code"], problem["status"]) == ("access.not_found", 404)
    assert word in problem["detail"]


def test_a_lost_session_leads_to_sign_in_and_back(site: str) -> None:
    status, headers, _ = ask(site, "/refuse/?code=session.expired")
    assert (status, headers["Location"]) == (302, "/login/?next=%2Frefuse%2F%3Fcode%3Dsession.expired")
    status, headers, body = ask(site, "/refuse/?code=session.expired", HTMX)
    assert (status, headers["HX-Redirect"], body) == (200, "/login/?next=%2Frounds%2F%3Fpage%3D2", "")


def test_a_redirect_to_sign_in_is_not_pasted_into_a_cell(site: str) -> None:
    status, headers, _ = ask(site, "/to-login/", HTMX)
    assert (status, headers["HX-Redirect"]) == (200, "/login/?next=/x/")
    assert ask(site, "/to-login/", {**HTMX, "HX-History-Restore-Request": "true"})[0] == 302
    assert ask(site, "/to-login/")[0] == 302


def test_live_region_answers_204_until_something_changes(site: str) -> None:
    assert ask(site, "/gallery/rows/?v=7", HTMX)[0] == 204
    status, _, body = ask(site, "/gallery/rows/?v=6", HTMX)
    assert status == 200
    assert body.lstrip().startswith("<form")


def test_modules_have_the_type_that_browsers_demand(site: str) -> None:
    for path in ("/static/js/shell.js", "/static/vendor/maplibre-gl/6.17.0/maplibre-gl.mjs"):
        assert ask(site, path)[1]["Content-Type"].partition(";")[0] in {"text/javascript", "application/javascript"}
