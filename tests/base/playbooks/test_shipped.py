"""The shipped playbook: right by its own check, true to the published numbers, complete in its columns."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.base.playbooks import api
from lianfang.base.playbooks.checks.sources import walk
from lianfang.base.playbooks.loader import parse_playbook
from lianfang.base.playbooks.model.common import Sourced
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import ceil_divide, needed_range

COVID = api.load_shipped("covid-2022")
V1_METRICS = """residents.present residents.households rounds.expected rounds.sampled
rounds.not_sampled rounds.tubes rounds.results_negative rounds.results_positive rounds.visited_households
rounds.visited_people"""
COLUMNS = {
    "daily_community": """
        摸排户数 摸排人数 新增返乡 转入 转出 在管集中 在管居家 在管监测 今日解除 体温异常 症状异常 卡点数
        值守人数 放行人次 劝返人数 劝返车辆 入户次数 需求办结 问题上报
    """,
    "daily_township": """
        省外返 省内返 小计 集中 居家 未隔离返程 解除 红码外来 红码本地 黄码外来 黄码本地 核酸应检 核酸实采
        未检人数 未检原因 卡点 投入人数 宣传车 消毒面积
    """,
    "daily_county": """
        摸排总人数 来返人数 与确诊疑似密接 与密接共同生活工作学习聚会 与重点疫区人员接触 身体异常 当日集中隔离
        累计集中隔离 当日居家隔离 累计居家隔离 未报单位数
    """,
    "half_day_school": """
        在册 在校 当日省内返校 当日省外返校 高风险返回 今日请假市内 今日请假省内 今日请假省外 暂缓返校疫情
        暂缓返校实习 暂缓返校其他 校外集中隔离 居家隔离 居家监测 失联
    """,
    "daily_enterprise": """
        企业数 已复工 在岗 出勤率 返岗外省 返岗省内 隔离中 体温异常 防护物资可用天数 难题提出 难题解决
        未来3天计划返工
    """,
}


@pytest.mark.row("A3")
@pytest.mark.parametrize("name", api.shipped_names())
def test_every_shipped_playbook_passes_its_check(name):
    assert [mistake.render("en") for mistake in api.check_file(api.shipped_path(name))] == []
    assert api.load_shipped(name).playbook == name


def test_colours_in_formulas_are_those_of_the_playbook():
    text = api.shipped_path("covid-2022").read_text(encoding="utf-8").replace("codes_local[red]", "codes_local[rad]")
    _, mistakes = parse_playbook(text)
    assert [mistake.code for mistake in mistakes] == ["playbook.dimension_value_unknown"]


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        (date(2021, 5, 11), "cn-ed8"),
        (date(2022, 6, 27), "cn-ed8"),
        (date(2022, 6, 28), "cn-ed9"),
        (date(2022, 11, 10), "cn-ed9"),
        (date(2022, 11, 11), "cn-20"),
        (date(2023, 1, 7), "cn-20"),
        (date(2023, 1, 8), "cn-class-b"),
        (date(2030, 1, 1), "cn-class-b"),
    ],
)
def test_the_edition_changes_on_the_day(day, edition):
    assert COVID.edition_on(day).id == edition


@given(st.dates(date(2021, 5, 11), date(2030, 1, 1)))
def test_every_day_has_exactly_one_edition(day):
    assert sum(edition.in_force(day) for edition in COVID.editions) == 1
    assert COVID.edition_on(day).in_force(day)


def test_an_incident_may_keep_to_an_edition_by_its_id():
    assert COVID.edition("cn-ed9").valid_from == date(2022, 6, 28)
    with pytest.raises(LianfangError) as caught:
        COVID.edition("cn-ed10")
    assert caught.value.code == "playbook.no_edition_named"


def test_before_the_first_edition_the_playbook_says_so():
    with pytest.raises(LianfangError) as caught:
        COVID.edition_on(date(2021, 5, 10))
    assert caught.value.code == "playbook.no_edition"
    with pytest.raises(LianfangError):
        COVID.testing_on(date(2021, 1, 1))


# (edition, group): (measure, days, test days) of each stage, as published
PUBLISHED = {
    ("cn-ed8", "close_contact"): [("central_isolation", 14, (1, 4, 7, 14)), ("home_monitoring", 7, (2, 7))],
    ("cn-ed8", "secondary_contact"): [("central_isolation", 7, (1, 4, 7))],
    ("cn-ed8", "entrant"): [("central_isolation", 14, (1, 4, 7, 14)), ("home_monitoring", 7, (2, 7))],
    ("cn-ed9", "close_contact"): [("central_isolation", 7, (1, 2, 3, 5, 7)), ("home_monitoring", 3, (3,))],
    ("cn-ed9", "secondary_contact"): [("home_isolation", 7, (1, 4, 7))],
    ("cn-ed9", "arrival_high"): [("central_isolation", 7, (1, 2, 3, 5, 7))],
    ("cn-ed9", "arrival_medium"): [("home_isolation", 7, (1, 4, 7))],
    ("cn-20", "close_contact"): [("central_isolation", 5, (1, 2, 3, 5)), ("home_isolation", 3, (1, 3))],
    ("cn-20", "entrant"): [("central_isolation", 5, (1, 2, 3, 5)), ("home_isolation", 3, (1, 3))],
    ("cn-20", "arrival_high"): [("home_isolation", 7, (1, 3, 5, 7))],
    ("cn-20", "closed_loop_worker"): [("home_monitoring", 5, (1, 3, 5))],
}


@pytest.mark.row("E1")
@pytest.mark.parametrize(("edition", "group"), PUBLISHED)
def test_watches_are_as_published(edition, group):
    watch = next(item for item in COVID.editions if item.id == edition).watch(group)
    stages = [(stage.measure, stage.days, stage.pcr_days) for stage in watch.stages]
    assert stages == PUBLISHED[edition, group]


def test_what_editions_end_or_leave_out():
    twenty = COVID.edition_on(date(2022, 12, 1))
    assert twenty.watch("secondary_contact").ended
    assert twenty.watch("arrival_medium") is None
    class_b = COVID.edition_on(date(2023, 2, 1))
    assert (class_b.obligations, dict(class_b.watches)) == ("none", {})
    assert class_b.on_activate == "close_open_obligations_then_start_retention_clock"
    assert COVID.zone_model_on(date(2023, 2, 1)) is None
    low = COVID.edition_on(date(2022, 7, 1)).watch("arrival_low")
    assert (low.pcr.count, low.pcr.within_days) == (2, 3)


def test_zones_and_their_lifting():
    three = COVID.zone_model_on(date(2022, 3, 20))
    assert list(three.levels) == ["lockdown", "control", "prevention"]
    conditions = {item.kind: item.days for item in three.levels["lockdown"].lift[0].all_of}
    assert conditions == {
        "no_new_case_days": 14,
        "last_contact_exposure_over_days": 14,
        "full_round_negative_within_days_before": 2,
    }
    assert (three.levels["lockdown"].first_screen_h, three.levels["control"].first_screen_h) == (24, 48)
    assert len(three.lift_workflow) == 4
    ninth = COVID.zone_model_on(date(2022, 7, 1))
    after_high = next(rule for rule in ninth.levels["medium"].lift if rule.after_level == "high")
    assert (after_high.to, after_high.all_of[0].days) == ("low", 3)
    assert COVID.zone_model_on(date(2022, 12, 1)).levels["high"].lift[0].all_of[0].days == 5


@pytest.mark.row("D2")
def test_the_guide_of_march_2022_gives_the_worked_community():
    guide = COVID.testing_on(date(2022, 3, 22))
    assert guide.id == "t3"
    assert needed_range(6518, guide.persons_per_site) == (3, 4)
    assert needed_range(6518, guide.persons_per_table) == (9, 11)
    assert ceil_divide(6518, guide.people_per_sampler) == 19
    assert guide.finish[0].hours == (24, 24)


def test_contacts_colours_and_alerts():
    assert len(COVID.contact_definition.situations) == 9
    assert set(COVID.code_colours) == {"green", "yellow", "red"}
    limits = {rule.key: (rule.count, rule.within_days) for rule in COVID.alerts}
    assert limits["same_class_1_day"] == (3, 1)
    assert limits["measles"] == (2, 10)
    assert limits["dengue"] == (3, 14)
    assert len(limits) == 15


@pytest.mark.row("D1")
def test_pools_reasons_and_stop_rules():
    rounds = COVID.rounds
    assert rounds.pooling.sizes_validated == (1, 5, 10, 20)
    assert rounds.pooling.lab_repool_forbidden
    assert [step.key for step in rounds.positive_pool.steps][:3] == [
        "isolate_each_member",
        "notify_manager",
        "single_tube_resample",
    ]
    strict = rounds.stop_rules[0]
    assert (strict.clean_rounds, strict.then_wait_days, strict.final_round) == (3, 3, True)
    assert {"away", "refused", "moved_out"} < {reason.key for reason in rounds.not_sampled_reasons}


@pytest.mark.row("I1")
@pytest.mark.parametrize("key", COLUMNS)
def test_reports_have_the_real_columns_in_their_order(key):
    form = COVID.report(key)
    assert [column.zh for column in form.columns] == COLUMNS[key].split()
    assert all(column.en for column in form.columns)


def test_a_report_that_is_not_there():
    with pytest.raises(LianfangError) as caught:
        COVID.report("weekly")
    assert caught.value.code == "playbook.no_report"
    assert COVID.report("daily_county").column("arrivals").zh == "来返人数"
    with pytest.raises(KeyError):
        COVID.report("daily_county").column("nothing")


@pytest.mark.row("I1")
def test_only_one_column_of_all_forms_asks_a_person_and_says_why():
    asked = [column for form in COVID.reports.forms for column in form.columns if column.ask is not None]
    assert [column.key for column in asked] == ["planned_back"]
    assert asked[0].ask.zh


def test_metrics_of_this_version_are_known_as_published():
    known = api.known_metrics()
    assert {name for name, metric in known.items() if metric.published} >= set(V1_METRICS.split())
    assert known["rounds.not_sampled"].dimension == "reason"
    assert not known["watches.on_watch"].published


def test_the_vocabulary_agrees_with_the_registry_of_metrics():
    """One source of truth: what engines define. The list that a check reads without engines must say the same."""
    from lianfang.base.metrics.api import all_metrics
    from lianfang.base.playbooks import metric_names

    defined = {one.name: one.asked_by for one in all_metrics()}
    listed = metric_names._listed(metric_names._PUBLISHED, published=True)
    announced = metric_names._listed(metric_names._ANNOUNCED, published=False)
    assert {name: one.dimension for name, one in listed.items()}.items() <= defined.items()
    assert not set(announced) & set(defined), "published by now: move them to the first list"
    for name, dimension in defined.items():
        assert api.known_metrics()[name].dimension == dimension
        assert api.known_metrics()[name].published


def test_an_engine_registers_its_metrics(monkeypatch):
    from lianfang.base.playbooks import metric_names

    monkeypatch.setattr(metric_names, "_REGISTRY", metric_names.known_metrics())
    assert api.register_metric("watches.on_watch", dimension="measure").published
    assert api.known_metrics()["watches.on_watch"].engine == "watches"
    with pytest.raises(LianfangError) as caught:
        api.register_metric("watches.on_watch", dimension="colour")
    assert caught.value.code == "metric.registered_twice"


def test_every_number_keeps_its_source_and_confidence():
    items = [item for _, item in walk(COVID, ()) if isinstance(item, Sourced)]
    assert len(items) > 150
    for item in items:
        assert item.conf is not None
        assert item.src or item.conf in ("m", "d", "a")
        assert set(item.src) <= set(COVID.sources)
    ed9 = COVID.edition_on(date(2022, 7, 1))
    assert ed9.watch("arrival_high").src == ("P01", "P27c")
    assert ed9.watch("arrival_high").conf_of == {"stages": "s"}


def test_a_playbook_cannot_be_changed():
    with pytest.raises(AttributeError):
        COVID.version = 2
    with pytest.raises(TypeError):
        COVID.measures["new"] = None


@pytest.mark.row("E3")
@pytest.mark.parametrize(
    ("answers", "day", "outcome"),
    [
        ({"fever": "yes", "contact": "close"}, date(2022, 7, 1), "fever_clinic"),
        ({"fever": "unclear"}, date(2023, 2, 1), "fever_clinic"),
        ({"fever": "no", "contact": "close"}, date(2022, 7, 1), "as_close_contact"),
        ({"fever": "no", "contact": "secondary"}, date(2022, 7, 1), "as_secondary_contact"),
        ({"fever": "no", "contact": "secondary"}, date(2022, 12, 1), "register_and_care"),
        ({"fever": "no", "contact": "close"}, date(2023, 2, 1), "free_to_work"),
        ({"fever": "no", "contact": "no", "origin_zone": "high"}, date(2022, 12, 1), "as_arrival_high"),
        ({"fever": "no", "contact": "no", "origin_zone": "medium"}, date(2022, 7, 1), "as_arrival_medium"),
        (
            {"fever": "no", "contact": "no", "origin": "same_province", "certificate": "yes", "trained": "no"},
            date(2022, 3, 20),
            "train_first",
        ),
        ({}, date(2022, 3, 20), "register_and_care"),
    ],
)
def test_triage_decides_by_the_first_clause_that_fits(answers, day, outcome):
    assert COVID.triage.decide(answers, COVID.edition_on(day).id).then == outcome


answers = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(fact.answers) for name, fact in COVID.triage.facts.items()}
)


@given(answers, st.sampled_from(COVID.editions))
def test_triage_never_leaves_anybody_undecided_nor_under_a_watch_that_the_edition_lacks(given_answers, edition):
    outcome = COVID.triage.outcomes[COVID.triage.decide(given_answers, edition.id).then]
    if outcome.watch is not None:
        watch = edition.watch(outcome.watch)
        assert watch is not None
        assert not watch.ended


def test_a_table_without_a_last_clause_fails_loudly():
    from lianfang.base.playbooks.model.organisation import Triage

    with pytest.raises(LookupError):
        Triage(facts={}, outcomes={}, clauses=()).decide({}, "any")


@pytest.mark.row("B4")
def test_five_ones_have_four_meanings():
    templates = COVID.pairing_templates
    fives = ("community_2022", "community_2020", "enterprise", "staff_care", "n_pack_one")
    assert [len(templates[name].items) for name in fives] == [5, 5, 5, 5, 5]
    assert templates["community_2022"].items[1].zh == "一名包联领导"
    assert templates["enterprise"].target == "enterprise"


@pytest.mark.row("B9")
def test_rest_rules_are_assumptions_and_say_so():
    rest = COVID.rest
    assert (rest.min_hours_between_shifts, rest.max_hours_per_shift) == (11, 12)
    assert (rest.max_nights_in_a_row, rest.max_hours_per_week, rest.conf) == (3, 48, "a")


@pytest.mark.row("D3")
def test_every_question_at_the_door_has_a_reason_in_both_languages():
    visit = COVID.door_visits[0]
    assert len(visit.questions) <= 10
    for question in visit.questions:
        assert question.reason.zh
        assert question.reason.en


def test_the_name_of_an_item_is_a_pair():
    assert COVID.measures["home_isolation"].words.en == "home isolation"


def test_a_day_is_in_one_testing_edition():
    day = date(2021, 5, 11)
    while day < date(2023, 1, 8):
        assert sum(edition.in_force(day) for edition in COVID.rounds.editions) == 1
        day += timedelta(days=1)
