"""Every kind of mistake is found, on its own line, with a sentence in both languages; a right file passes."""

import re
from pathlib import Path

import pytest

from lianfang.base.playbooks.loader import parse_playbook
from lianfang.kernel.errors import all_problems

TINY = (Path(__file__).parent / "fixtures" / "tiny.yaml").read_text(encoding="utf-8")
NEW_LINE = "\n"


def test_the_small_playbook_is_right():
    playbook, mistakes = parse_playbook(TINY)
    assert [mistake.render("en") for mistake in mistakes] == []
    assert playbook.playbook == "tiny"


# what to change, into what, the code expected, and a piece of the line where it is reported (the change itself if '')
SHAPE = [
    ("version: 1", "version: one", "playbook.not_whole_number", ""),
    ("version: 1", "version: -1", "playbook.not_whole_number", ""),
    ("version: 1", "version: true", "playbook.not_whole_number", ""),
    ("version: 1\n", "", "playbook.missing_key", "playbook: tiny"),
    ("playbook: tiny", "playbook: Tiny Book", "playbook.not_key", ""),
    ("playbook: tiny", "playbook: 12", "playbook.not_text", ""),
    ("title: {zh: 小预案, en: tiny playbook}", "title: {zh: 小预案}", "playbook.en_missing", ""),
    ("title: {zh: 小预案, en: tiny playbook}", "title: {en: tiny playbook}", "playbook.zh_missing", ""),
    ("title: {zh: 小预案, en: tiny playbook}", "title: {zh: ' ', en: tiny}", "playbook.zh_missing", ""),
    ("title: {zh: 小预案, en: tiny playbook}", "title: {zh: 小, en: 小预案}", "playbook.en_has_chinese", ""),
    ("title: {zh: 小预案, en: tiny playbook}", "title: tiny", "playbook.not_map", ""),
    (
        "en: next day is 1}, conf: m}\n  gap",
        "en: next day, one}, conf: m}\n  gap",
        "playbook.unknown_key",
        "  contact: {",
    ),
    (
        "en: next day is 1}, conf: m}\n  gap",
        "en: next day, is one}, conf: m}\n  gap",
        "playbook.comma_unquoted",
        "  contact:",
    ),
    ("threshold_c: 37.3", "threshold_c: warm", "playbook.not_number", ""),
    ("threshold_c: 37.3", "threshold_c: -3.0", "playbook.not_number", ""),
    ("strictness: 1,", "strictnes: 1,", "playbook.unknown_key_near", ""),
    ("strictness: 1,", "wholly_new: 1, strictness: 1,", "playbook.unknown_key", ""),
    (
        "may_leave: never, src: X1, conf: v}\n  home",
        "may_leave: nevr, src: X1, conf: v}\n  home",
        "playbook.not_a_choice_near",
        "central:",
    ),
    ("colour: red", "colour: purple", "playbook.not_a_choice", ""),
    ("from: 2022-01-01\n", "from: 2022-02-30\n", "playbook.not_date", ""),
    ("from: 2022-01-01\n", "from: next week\n", "playbook.not_date", ""),
    ("pcr_days: [1, 4, 7]", "pcr_days: 7", "playbook.not_list", ""),
    ("persons_per_site: [2000, 3000]", "persons_per_site: [2000]", "playbook.not_pair", ""),
    ("persons_per_site: [2000, 3000]", "persons_per_site: [3000, 2000]", "playbook.range_upside_down", ""),
    ("rest_of_county: true", "rest_of_county: yes", "playbook.not_yes_no", ""),
    ("measures:\n", "measures: [1]\nold_measures:\n", "playbook.not_map", ""),
    ("title: 某通知", "title: ''", "playbook.empty_text", ""),
    ("version: 1", "version: 1\nversion: 2", "playbook.duplicate_key", "version: 2"),
    ("version: 1", "version: [1", "playbook.not_yaml", "title:"),
    ("version: 1", "version: *nothing", "playbook.not_yaml", ""),
    ("version: 1", "version: &me [*me]", "playbook.too_deep", ""),
    ('cutoffs: ["17:00"]', 'cutoffs: ["25:77"]', "time.cutoff_malformed", ""),
    ("metric: rounds.expected}", "metric: rounds.expected +}", "formula.malformed", ""),
    ("metric: rounds.expected}", "metric: expected}", "formula.part_not_allowed", ""),
    ("metric: rounds.expected}", 'metric: "rounds.expected + rounds.not_sampled[each]"}', "formula.each_not_alone", ""),
    ("holds: expected == sampled + rounds.not_sampled", "holds: expected - sampled", "formula.identity_malformed", ""),
]

MEANING = [
    ("{threshold_c: 37.3, conf: a}", "{threshold_c: 37.3}", "playbook.confidence_missing", ""),
    ("{threshold_c: 37.3, conf: a}", "{threshold_c: 37.3, conf: s}", "playbook.source_missing", ""),
    ("{threshold_c: 37.3, conf: a}", "{threshold_c: 37.3, conf: v, src: X1a}", "playbook.reference_unknown_near", ""),
    ("{threshold_c: 37.3, conf: a}", "{threshold_c: 37.3, conf: v, src: [X1, P99]}", "playbook.reference_unknown", ""),
    (
        "{threshold_c: 37.3, conf: a}",
        "{threshold_c: 37.3, conf: a, conf_of: {treshold_c: m}}",
        "playbook.unknown_key_near",
        "",
    ),
    (
        "{threshold_c: 37.3, conf: a}",
        "{threshold_c: 37.5, conf: a, changed: [{field: treshold_c, was: 37.3, by: 县, on: 2022-03-01, why: 口径}]}",
        "playbook.not_text",
        "",
    ),
    (
        "{threshold_c: 37.3, conf: a}",
        '{threshold_c: 37.5, conf: a, changed: [{field: treshold_c, was: "37.3", by: 县, on: 2022-03-01, why: 口径}]}',
        "playbook.unknown_key_near",
        "",
    ),
    ("from: 2022-06-01", "from: 2022-05-31", "playbook.editions_overlap", ""),
    ("    until: 2022-05-31\n", "", "playbook.editions_overlap", "from: 2022-06-01"),
    ("from: 2022-06-01", "from: 2022-06-03", "playbook.editions_gap", ""),
    ("from: 2022-06-01", "from: 2021-06-01", "playbook.editions_unordered", ""),
    ("until: 2022-05-31", "until: 2021-05-31", "playbook.until_before_from", ""),
    ("id: second", "id: first", "playbook.duplicate_item", "  - id: first\n    zh: 第二版"),
    ("zones: two", "zones: twoo", "playbook.reference_unknown_near", ""),
    ("      entrant: {same_as", "      entrants: {same_as", "playbook.reference_unknown_near", ""),
    ("same_as: close_contact", "same_as: close_contacts", "playbook.reference_unknown_near", ""),
    ("entrant: {same_as: close_contact}", "entrant: {same_as: entrant}", "playbook.same_as_chain", ""),
    ("entrant: {same_as: close_contact}", "entrant: {}", "playbook.watch_empty", ""),
    ("measure: central,", "measure: hotel,", "playbook.reference_unknown", ""),
    ("pcr_days: [1, 4, 7]", "pcr_days: [1, 4, 8]", "playbook.days_outside_stage", ""),
    ("pcr_days: [1, 4, 7]", "pcr_days: [0, 4, 7]", "playbook.days_outside_stage", ""),
    ("pcr_days: [1, 4, 7]", "pcr_days: [4, 1, 7]", "playbook.days_unordered", ""),
    ("pcr_days: [1, 4, 7]", "pcr_days: [1, 4, 4]", "playbook.days_unordered", ""),
    ("{to: low, all_of", "{to: high, all_of", "playbook.lift_not_milder", ""),
    ("{to: low, all_of", "{to: lo, all_of", "playbook.reference_unknown_near", ""),
    ("{kind: no_new_case_days, days: 5}", "{kind: no_new_case_days}", "playbook.lift_days_missing", ""),
    ("pool_other: [5, 10]", "pool_other: [5, 20]", "playbook.size_not_validated", ""),
    ("default_size: 10", "default_size: 30", "playbook.size_not_validated", ""),
    (
        "- {key: refused, zh: 拒采, en: refused, follow",
        "- {key: away, zh: 拒采, en: refused, follow",
        "playbook.duplicate_item",
        "",
    ),
    (
        "unit: person, metric: rounds.expected",
        "unit: peron, metric: rounds.expected",
        "playbook.reference_unknown_near",
        "",
    ),
    ("metric: rounds.expected}", "metric: rounds.expectd}", "playbook.metric_unknown_near", ""),
    ("metric: rounds.expected}", "metric: rounds.expected, door_visit: moon}", "playbook.reference_unknown", ""),
    ("metric: rounds.expected}", "metric: weather.sunshine}", "playbook.metric_unknown", ""),
    ("metric: rounds.expected}", 'metric: "rounds.expected[away]"}', "playbook.dimension_none", ""),
    ("rounds.not_sampled[refused]", "rounds.not_sampled[refusd]", "playbook.dimension_value_unknown_near", ""),
    ("rounds.not_sampled[refused]", "rounds.not_sampled[zzz]", "playbook.dimension_value_unknown", ""),
    ("metric: rounds.expected}", "note: neither}", "playbook.column_source", ""),
    ("metric: rounds.expected}", "metric: rounds.expected, ask: {zh: 问, en: asked}}", "playbook.column_source", ""),
    ("- {key: sampled, zh: 实采", "- {key: expected, zh: 实采", "playbook.duplicate_item", ""),
    ("holds: expected ==", "holds: expcted ==", "playbook.identity_column_unknown_near", ""),
    ("holds: expected ==", "holds: qqqqq ==", "playbook.identity_column_unknown", ""),
    ("+ rounds.not_sampled}", "+ rounds.not_sampld}", "playbook.metric_unknown_near", ""),
    ("question: arrived, answer", "question: needs, answer", "playbook.show_if_order", ""),
    ('answer: "yes"}', 'answer: "perhaps"}', "playbook.show_if_answer", ""),
    ("minimum: 34, maximum: 43", "minimum: 43, maximum: 34", "playbook.range_upside_down", ""),
    ("choices: [{key: food, zh: 买菜, en: food}], ", "", "playbook.choices_missing", "- {key: needs"),
    ("raises_matter: need,", "raises_matter: neet,", "playbook.reference_unknown_near", ""),
    ("raises_when: food, ", "", "playbook.raises_when_missing", "- {key: needs"),
    ("raises_when: food, ", "raises_when: drink, ", "playbook.show_if_answer", ""),
    ("en: answered, done: true", "en: answered, done: false", "playbook.outcome_done_missing", "    outcomes:"),
    (
        "- {zh: 其余, en: the rest, then",
        '- {zh: 其余, en: the rest, when: {fever: "no"}, then',
        "playbook.triage_not_total",
        "  clauses:",
    ),
    (
        'en: feverish, when: {fever: "yes"}, editions: first,',
        "en: feverish,",
        "playbook.triage_unreachable",
        "zh: 其余",
    ),
    ('when: {fever: "yes"}', 'when: {fevr: "yes"}', "playbook.reference_unknown_near", ""),
    ('when: {fever: "yes"}', 'when: {fever: "perhaps"}', "playbook.reference_unknown", ""),
    ("editions: first, then", "editions: frist, then", "playbook.reference_unknown_near", ""),
    ("then: clinic", "then: clinics", "playbook.reference_unknown_near", ""),
    ("watch: close_contact, conf", "watch: close_contract, conf", "playbook.reference_unknown_near", ""),
    ("matter: need, conf: a}\n    watched", "conf: a}\n    watched", "playbook.outcome_says_nothing", "clinic: {"),
    ("    public_record:", "    forever:", "playbook.retention_classes", "  classes:"),
    ("leader, kind: person}]", "leader, kind: person, most: 0}]", "playbook.pairing_no_room", ""),
]


@pytest.mark.parametrize(("old", "new", "code", "at"), SHAPE + MEANING, ids=lambda value: str(value)[:30])
def test_a_mistake_is_explained_on_its_line(old, new, code, at):
    assert TINY.count(old) >= 1, "the fixture changed"
    text = TINY.replace(old, new, 1)
    playbook, mistakes = parse_playbook(text)
    assert playbook is None
    assert code in {mistake.code for mistake in mistakes}
    found = next(mistake for mistake in mistakes if mistake.code == code)
    position = text.index(at) if at else TINY.index(old)
    first = text.count(NEW_LINE, 0, position) + 1
    last = first + (at or new).count(NEW_LINE)
    assert first <= found.place.line <= last, found.render("en")
    assert re.search(r"[\u4e00-\u9fff]", found.render("zh"))
    assert found.render("en").startswith(f"{found.place.line}:{found.place.column} ")
    assert len(mistakes) <= 3, [mistake.render("en") for mistake in mistakes]


def test_many_mistakes_are_found_in_one_pass_and_in_order():
    text = TINY
    for old, new in [
        ("version: 1", "version: one"),
        ("measure: central,", "measure: hotel,"),
        ("metric: rounds.expected}", "metric: rounds.expectd}"),
        ("then: clinic", "then: clinics"),
    ]:
        text = text.replace(old, new, 1)
    _, mistakes = parse_playbook(text)
    assert [mistake.code for mistake in mistakes] == [
        "playbook.not_whole_number",
        "playbook.reference_unknown",
        "playbook.metric_unknown_near",
        "playbook.reference_unknown_near",
    ]
    assert mistakes[1].where == "editions.0.watches.close_contact.stages.0.measure"


def test_rules_on_a_misshapen_section_wait_until_it_is_mended():
    text = TINY.replace("measure: central,", "measure: [hotel],").replace("then: clinic", "then: clinics")
    _, mistakes = parse_playbook(text)
    assert [mistake.code for mistake in mistakes] == ["playbook.not_text"]


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "\x00", "--- a\n--- b\n", "? [1, 2]\n: 3\n"])
def test_what_is_no_playbook_at_all_is_refused_quietly(text):
    playbook, mistakes = parse_playbook(text)
    assert playbook is None
    assert mistakes
    assert all(mistake.render("zh") for mistake in mistakes)


def test_a_proposal_names_the_nearest_word():
    _, mistakes = parse_playbook(TINY.replace("metric: rounds.expected}", "metric: rounds.expectd}"))
    assert "是不是想写“rounds.expected”" in mistakes[0].render("zh")
    assert "perhaps 'rounds.expected' is meant" in mistakes[0].render("en")


def test_the_catalogue_of_mistakes_speaks_both_languages():
    own = [item for item in all_problems() if item.code.startswith(("playbook.", "formula."))]
    assert len(own) > 50
    for item in own:
        assert item.zh.endswith("。"), item.code
        assert item.en.endswith("."), item.code
    tested = {case[2] for case in SHAPE + MEANING}
    untested = {item.code for item in own} - tested
    assert untested == {
        "formula.too_long",
        "playbook.has_mistakes",
        "playbook.no_edition",
        "playbook.no_edition_named",
        "playbook.no_report",
        "playbook.unknown_name",
        "playbook.unreadable",
    }
