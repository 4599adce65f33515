"""`lianfang playbook check` and `show`, and the loader with files that cannot be read."""

import argparse
from pathlib import Path

import pytest

from lianfang.base.playbooks import api
from lianfang.base.playbooks.loader import MOST_BYTES
from lianfang.cli import playbook as command
from lianfang.kernel.errors import LianfangError

TINY = Path(__file__).parent / "fixtures" / "tiny.yaml"


def call(*words):
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers(dest="command", required=True))
    args = parser.parse_args(["playbook", *map(str, words)])
    return args.run(args)


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(TINY.read_text(encoding="utf-8").replace("then: clinic", "then: clinics"), encoding="utf-8")
    return path


@pytest.mark.row("A3")
def test_a_right_file_passes(capsys):
    assert call("check", TINY) == 0
    assert capsys.readouterr().out == "tiny.yaml：没有发现错误（2个版本，1张报表，5列）\n"
    assert call("check", TINY, "--language", "en") == 0
    assert capsys.readouterr().out == "tiny.yaml: no mistakes found (2 editions, 1 report forms, 5 columns)\n"


@pytest.mark.parametrize("verb", ["check", "show"])
def test_a_wrong_file_is_refused_with_its_lines_on_stderr(broken, capsys, verb):
    assert call(verb, broken) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    line = broken.read_text(encoding="utf-8").split("then: clinics")[0].count("\n") + 1
    assert captured.err.startswith(f"mine.yaml:{line}:")
    assert "是不是想写“clinic”" in captured.err
    assert "有1处错误" in captured.err


def test_shipped_playbooks_go_by_name(capsys):
    assert call("check", "covid-2022", "--language", "en") == 0
    assert "4 editions" in capsys.readouterr().out
    assert call("check", "covid-1918") == 1
    assert "covid-2022" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["nowhere.yaml", "no/where"])
def test_a_file_that_is_not_there(word, capsys):
    assert call("check", word) == 1
    assert "打不开文件" in capsys.readouterr().err


def test_files_that_are_no_text_or_far_too_large(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(LianfangError, match="byte 0"):
        api.check_file(path)
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(LianfangError, match="bytes"):
        api.check_file(path)


def test_loading_a_wrong_file_raises_with_all_its_mistakes(broken):
    with pytest.raises(api.PlaybookError) as caught:
        api.load_playbook(broken)
    assert caught.value.code == "playbook.has_mistakes"
    assert [mistake.code for mistake in caught.value.mistakes] == ["playbook.reference_unknown_near"]


@pytest.mark.parametrize(
    ("day", "language", "expected"),
    [
        (
            "2022-07-01",
            "zh",
            [
                "cn-ed9",
                "集中隔离医学观察 7天 (核酸第1、2、3、5、7天)",
                "3天2检",
                "每日核酸",
                "同“密切接触者”",
                "未启用",
            ],
        ),
        ("2022-12-01", "zh", ["不再判定", "摸排户数 [户] rounds.visited_households\n", "人工填写：只有企业知道"]),
        ("2023-02-01", "en", ["no obligations", "in force on 2023-02-01: cn-class-b", "not switched on", "assumption"]),
    ],
)
def test_show_says_what_is_in_force_on_a_day(day, language, expected, capsys):
    assert call("show", "covid-2022", "--day", day, "--language", language) == 0
    page = capsys.readouterr().out
    for text in expected:
        assert text in page


def test_show_without_a_day_means_today(capsys):
    assert call("show", TINY) == 0
    assert "second" in capsys.readouterr().out


def test_show_lists_what_a_place_changed(tmp_path, capsys):
    path = tmp_path / "county.yaml"
    change = '{field: threshold_c, was: "37.3", by: 某县指挥部, on: 2022-03-01, why: 与省里一致}'
    text = TINY.read_text(encoding="utf-8")
    path.write_text(
        text.replace("{threshold_c: 37.3, conf: a}", f"{{threshold_c: 37.5, conf: a, changed: [{change}]}}")
    )
    assert call("show", path) == 0
    assert "fever.threshold_c：原为37.3，某县指挥部于2022-03-01改，与省里一致" in capsys.readouterr().out
    assert api.load_playbook(path).fever.threshold_c == 37.5


def test_wrong_usage_ends_with_two():
    with pytest.raises(SystemExit) as caught:
        call("polish", TINY)
    assert caught.value.code == 2
