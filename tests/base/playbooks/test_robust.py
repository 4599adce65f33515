"""Whatever stands in a file, the check ends with a playbook or with mistakes on its lines, never with a crash."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.base.playbooks.loader import parse_playbook

TINY = (Path(__file__).parent / "fixtures" / "tiny.yaml").read_text(encoding="utf-8")
LINES = TINY.splitlines()
SCRAPS = st.sampled_from(
    ["null", "[]", "{}", "true", "-1", "3.5", "2022-02-30", "'x'", "[1, [2]]", "{a: 1}", "&a [*a]", "!!set {}", "~", ""]
)
slow_machine = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def judge(text):
    playbook, mistakes = parse_playbook(text)
    assert (playbook is None) == bool(mistakes)
    last = text.count("\n") + 2
    for mistake in mistakes:
        assert 1 <= mistake.place.line <= last
        assert mistake.render("zh")
        assert mistake.render("en")


@slow_machine
@given(st.sets(st.integers(0, len(LINES) - 1), min_size=1, max_size=6))
def test_lines_may_be_missing(lost):
    judge("\n".join(line for number, line in enumerate(LINES) if number not in lost))


@slow_machine
@given(st.integers(0, len(LINES) - 1), SCRAPS)
def test_values_may_be_anything(number, scrap):
    key, colon, _ = LINES[number].partition(":")
    judge("\n".join([*LINES[:number], f"{key}{colon} {scrap}" if colon else scrap, *LINES[number + 1 :]]))


@slow_machine
@given(st.integers(0, len(TINY) - 1), st.text(max_size=3))
def test_characters_may_be_anything(position, scrap):
    judge(TINY[:position] + scrap + TINY[position + 1 :])


@slow_machine
@given(st.text(max_size=60))
def test_texts_may_be_anything(text):
    judge(text)
