"""What the shell's small modules do: swaps, focus, live regions, dialogs, sorting, navigation, maps."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageStat

pytestmark = pytest.mark.browser
FOCUSED = "() => document.activeElement.id"


def test_a_wrong_form_shows_its_summary_and_takes_the_focus(opened: Any) -> None:
    watched = opened("zh", "phone")
    page = watched.go("/gallery/form/")
    with page.expect_response(lambda response: response.status == 422):
        page.get_by_role("button", name="开放此采样点").click()
    page.wait_for_function("() => document.activeElement.id === 'error-summary'")
    page.locator("#error-summary a").first.click()
    assert page.evaluate(FOCUSED) == "id_place"
    page.keyboard.type("西关社区广场")
    page.locator("#id_opened").fill("07:30")
    page.locator("#id_desks").fill("4")
    page.get_by_role("button", name="开放此采样点").click()
    banner = page.locator("form .banner.good")
    banner.wait_for()
    assert "采样点西关社区广场已开放" in banner.inner_text()
    page.wait_for_function("() => document.activeElement.classList.contains('banner')")
    assert page.locator("#status").inner_text() != ""
    assert [line for line in watched.trouble if "422" not in line] == []


def test_the_same_form_works_without_scripts(opened: Any) -> None:
    page = opened("zh", "desk", java_script_enabled=False).page
    page.goto(opened("zh").site + "/gallery/form/")
    page.get_by_role("button", name="开放此采样点").click()
    assert page.locator("#error-summary").is_visible()
    assert page.title().startswith("错误：")


def swap_in(page: Any, path: str, method: str = "GET") -> None:
    """Let htmx load an address into the rows of the gallery."""
    page.evaluate(
        "([path, method]) => { htmx.ajax(method, path, { target: '#rows', swap: 'outerHTML' }).catch(() => {}); }",
        [path, method],
    )


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/errors/500/", "服务器未能完成操作"),
        ("/refuse/?code=access.not_found", "没有找到"),
        ("/refuse/?code=access.purpose_needed", "查看完整信息须填写用途"),
    ],
)
def test_a_refusal_is_said_and_leaves_the_target_alone(opened: Any, path: str, sentence: str) -> None:
    page = opened("zh", "desk").go("/gallery/")
    before = page.locator("#rows tbody tr").count()
    swap_in(page, path)
    page.wait_for_function("(words) => document.querySelector('#alert').textContent.includes(words)", arg=sentence)
    assert page.locator("#rows tbody tr").count() == before


def test_a_live_region_keeps_what_is_being_typed(opened: Any) -> None:
    page = opened("zh", "desk").go("/gallery/")
    page.evaluate("() => document.querySelector('#rows').setAttribute('hx-get', '/gallery/rows/?v=old&page=2')")
    page.evaluate("() => htmx.process(document.querySelector('#rows'))")
    page.locator("#q").click()
    page.keyboard.type("西关")
    with page.expect_response(lambda response: "rows" in response.url):
        page.evaluate("() => htmx.trigger(document.body, 'lf:tick')")
    page.wait_for_function("() => document.querySelector('#rows tbody th').textContent.includes('包屯镇')")
    page.keyboard.type("社区")
    assert page.locator("#q").input_value() == "西关社区"
    assert page.evaluate(FOCUSED) == "q"


def test_ticks_come_while_the_page_is_seen(opened: Any) -> None:
    watched = opened("zh", "desk")
    watched.page.clock.install()
    page = watched.go("/gallery/")
    answers: list[int] = []
    page.on("response", lambda response: answers.append(response.status) if "gallery/rows" in response.url else None)
    for _ in range(3):
        with page.expect_response(lambda response: "gallery/rows" in response.url):
            page.clock.run_for(15_000)
    page.clock.run_for(14_000)
    assert answers == [204, 204, 204]


def test_the_dialog_keeps_and_returns_the_focus(opened: Any) -> None:
    page = opened("zh", "desk").go("/gallery/")
    opener = page.get_by_role("button", name="确认日报").first
    opener.focus()
    page.keyboard.press("Enter")
    assert page.locator("#sample-dialog").evaluate("(dialog) => dialog.open")
    for _ in range(6):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
        assert inside
    page.keyboard.press("Escape")
    assert opener.evaluate("(button) => button === document.activeElement")


def column(page: Any, index: int) -> list[str]:
    """Return the texts of a column of the map's table."""
    rows = page.locator("[data-map-table] tbody tr")
    return [rows.nth(row).locator("th, td").nth(index).inner_text() for row in range(rows.count())]


def test_short_tables_sort_by_number_and_by_pinyin(opened: Any) -> None:
    page = opened("zh", "desk").go("/gallery/")
    heads = page.locator("[data-map-table] thead button")
    heads.nth(1).click()
    shares = [text.partition("（")[2].rstrip("%）") for text in column(page, 1)]
    assert shares[-2:] == ["", ""]  # unknown comes last, whichever way
    assert [float(share) for share in shares[:-2]] == sorted(float(share) for share in shares[:-2])
    heads.nth(1).click()
    assert column(page, 1)[0].endswith("（100%）")
    assert column(page, 1)[-1] == "无数据"
    heads.nth(0).click()
    assert column(page, 0)[:3] == ["白潭镇", "包屯镇", "汴岗镇"]
    assert page.locator("[data-map-table] [aria-sort]").count() == 1
    assert "升序" in page.locator("#status").inner_text()


def test_choosing_rows_opens_the_batch_bar(opened: Any) -> None:
    page = opened("zh", "desk").go("/gallery/")
    bar = page.locator("#rows .batch")
    assert not bar.is_visible()
    page.get_by_label("选择桐丘街道").check()
    assert "已选： 1" in bar.inner_text()
    page.get_by_label("选择全部").check()
    assert "已选： 8" in bar.inner_text()


def test_phone_navigation_opens_without_scripts(opened: Any) -> None:
    page = opened("zh", "phone", java_script_enabled=False).page
    page.goto(opened("zh").site + "/gallery/states/")
    assert not page.get_by_role("link", name="事件").is_visible()
    page.get_by_role("link", name="更多").click()
    assert page.get_by_role("link", name="事件").is_visible()
    page.get_by_role("link", name="关闭").click()
    assert not page.get_by_role("link", name="事件").is_visible()


def test_the_page_can_be_walked_with_the_keyboard(opened: Any) -> None:
    page = opened("zh", "desk").go("/gallery/print/")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className").startswith("skip")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("() => !!document.activeElement.closest('main')")
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".menu").evaluate("(menu) => menu.open")
    page.locator("main button").first.focus()
    assert not page.locator(".menu").evaluate("(menu) => menu.open")


def test_the_language_can_be_changed_on_any_page(opened: Any) -> None:
    page = opened("zh", "phone").go("/gallery/states/")
    page.get_by_role("button", name="English").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    assert page.url.endswith("/gallery/states/")
    page.get_by_role("button", name="中文").click()
    page.wait_for_function("() => document.documentElement.lang === 'zh-CN'")


def test_losing_the_network_is_a_banner_that_goes_away(opened: Any) -> None:
    page = opened("zh", "phone").go("/gallery/")
    page.context.set_offline(True)
    page.wait_for_function("() => !document.querySelector('#net').hidden")
    assert "网络已断开" in page.locator("#net").inner_text()
    page.context.set_offline(False)
    page.wait_for_function("() => document.querySelector('#net').hidden")


DRAWN = "() => document.querySelector('[data-map]').dataset.state === 'drawn'"


def test_the_map_shows_what_the_table_shows(opened: Any) -> None:
    watched = opened("zh", "desk", maps=True)
    page = watched.go("/gallery/")
    page.wait_for_function(DRAWN, timeout=20_000)
    assert page.locator(".map-canvas").is_visible()
    assert page.locator(".map-canvas canvas").get_attribute("aria-label") == "区域地图，相同数据见旁边表格"
    page.get_by_label("定位区域").select_option(label="白潭镇")
    assert page.locator("[data-map-tip]").inner_text().split("\n")[-1] == "覆盖率 2,760 / 5,020（55%）"
    assert "2,760 / 5,020（55%）" in page.locator("[data-map-table] tr", has_text="白潭镇").inner_text()
    page.get_by_label("图层").select_option(label="日报")
    assert page.locator("[data-legend='late']").is_visible()
    assert not page.locator("[data-legend='coverage']").is_visible()
    page.get_by_label("定位区域").select_option(label="崔桥镇")
    assert page.locator("[data-map-tip]").inner_text().split("\n")[-1] == "日报 迟报"
    page.get_by_role("button", name="简图").click()
    assert page.locator("svg.choropleth").is_visible()
    assert not page.locator(".map-canvas").is_visible()
    late = page.locator("svg.choropleth g:has(.fill-act-tint)")
    assert late.count() == 3
    assert watched.trouble == []


def spread(page: Any, name: str, fits: Callable[[float], bool]) -> float:
    """Go to an area on the map and return how much the brightness varies on a patch of it, away from its label, as soon as it fits."""
    page.get_by_label("定位区域").select_option(label=name)
    until = time.monotonic() + 20
    while True:
        page.wait_for_timeout(900)
        found = brightness(page)
        if fits(found) or time.monotonic() > until:
            return found


def brightness(page: Any) -> float:
    """The deviation of the brightness on a patch in the middle of the map."""
    shot = Image.open(io.BytesIO(page.locator(".map-canvas").screenshot())).convert("L")
    x, y = shot.width // 2, shot.height // 2
    return float(ImageStat.Stat(shot.crop((x - 30, y - 70, x + 30, y - 40))).stddev[0])


def test_areas_without_data_are_hatched_on_the_map(opened: Any) -> None:
    page = opened("zh", "desk", maps=True, reduced_motion="reduce").go("/gallery/")
    page.wait_for_function(DRAWN, timeout=20_000)
    assert spread(page, "韭园镇", lambda found: found > 20) > 20
    assert spread(page, "白潭镇", lambda found: found < 2) < 2


def test_without_webgl_the_drawing_and_the_table_remain(opened: Any) -> None:
    watched = opened("zh", "desk", maps=True)
    watched.page.add_init_script(
        "const real = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest); };"
    )
    page = watched.go("/gallery/")
    assert page.locator("svg.choropleth").is_visible()
    assert page.locator("svg.choropleth .unknown").count() == 2
    page.get_by_label("图层").select_option(label="日报")
    assert page.locator("svg.choropleth .unknown").count() == 0
    assert watched.trouble == []
