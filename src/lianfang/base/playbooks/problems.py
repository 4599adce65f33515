"""What can be wrong with a playbook file: the catalogue entries, and a mistake with its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from lianfang.kernel.errors import Language, LianfangError, define

Path = tuple[str | int, ...]
"""Where something stands in the file: keys and positions from the top."""


@dataclass(frozen=True, order=True)
class Place:
    """Line and column, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Mistake:
    """One mistake in a playbook file: where, and the sentence about it."""

    place: Place
    path: Path
    error: LianfangError

    @property
    def code(self) -> str:
        """The stable code."""
        return self.error.code

    @property
    def where(self) -> str:
        """The path as `editions.1.watches`."""
        return ".".join(map(str, self.path)) or "."

    def render(self, language: Language = "zh") -> str:
        """One line for a terminal, without the file's name."""
        return f"{self.place.line}:{self.place.column} {self.where}: {self.error.render(language)}"


class PlaybookError(LianfangError):
    """A playbook file with mistakes; `mistakes` holds all of them in the order of lines."""

    def __init__(self, name: str, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.place))
        super().__init__("playbook.has_mistakes", playbook=name, count=len(self.mistakes))


def nearest(code: str, word: str, known: Iterable[str], **values: str) -> LianfangError:
    """An error about an unknown word: code `…_near` with a proposal when something similar is known."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.7)
    if near:
        return LianfangError(f"{code}_near", word=word, near=near[0], **values)
    return LianfangError(code, word=word, **values)


def _define_with_near(code: str, *, zh: str, en: str, advice_zh: str, advice_en: str) -> None:
    """Two entries: one that only advises, one that proposes a known word; placeholders of the advice are shared."""
    define(code, status=422, zh=f"{zh}。{advice_zh}。", en=f"{en}. {advice_en}.")
    define(
        f"{code}_near",
        status=422,
        zh=f"{zh}。是不是想写“{{near}}”？{advice_zh}。",
        en=f"{en}; perhaps '{{near}}' is meant. {advice_en}.",
    )


_define_with_near(
    "playbook.unknown_key",
    zh="没有名为“{word}”的项",
    en="There is no entry called '{word}' here",
    advice_zh="请删去或改正",
    advice_en="Take it out or correct it",
)
_define_with_near(
    "playbook.not_a_choice",
    zh="“{word}”不是可选的值：{allowed}",
    en="'{word}' is not one of: {allowed}",
    advice_zh="请改正",
    advice_en="Correct it",
)
_define_with_near(
    "playbook.reference_unknown",
    zh="“{word}”没有在{section}中定义",
    en="'{word}' is not defined in {section}",
    advice_zh="请先定义或改正",
    advice_en="Define it there, or correct it",
)
_define_with_near(
    "playbook.metric_unknown",
    zh="没有名为“{word}”的指标",
    en="There is no metric called '{word}'",
    advice_zh="请核对指标名",
    advice_en="Check the name of the metric",
)
_define_with_near(
    "playbook.dimension_value_unknown",
    zh="指标{metric}的维度没有“{word}”这个值",
    en="The metric {metric} has no value '{word}'",
    advice_zh="请核对{section}",
    advice_en="Check {section}",
)
_define_with_near(
    "playbook.identity_column_unknown",
    zh="等式用到的列“{word}”不在本报表中",
    en="The identity uses the column '{word}', which this form does not have",
    advice_zh="请核对列名",
    advice_en="Check the key of the column",
)
define(
    "playbook.has_mistakes",
    status=422,
    zh="预案{playbook}有{count}处错误，没有启用。请逐条改正后重新检查。",
    en="The playbook {playbook} has {count} mistakes and was not loaded. Correct them and check again.",
)
define(
    "playbook.unreadable",
    status=422,
    zh="打不开文件{file}：{reason}。请核对路径和权限。",
    en="The file {file} cannot be opened: {reason}. Check the path and the rights.",
)
define(
    "playbook.not_yaml",
    status=422,
    zh="文件不是正确的YAML：{reason}。请检查缩进、冒号和引号。",
    en="This is not well-formed YAML: {reason}. Check indentation, colons and quotes.",
)
define(
    "playbook.unknown_name",
    status=404,
    zh="没有名为{name}的内置预案。现有：{known}。",
    en="There is no shipped playbook called {name}. There are: {known}.",
)
define(
    "playbook.duplicate_key",
    status=422,
    zh="“{key}”写了两次。请只保留一个。",
    en="'{key}' is written twice. Keep one of them.",
)
define(
    "playbook.missing_key",
    status=422,
    zh="缺少“{key}”。请补上。",
    en="'{key}' is missing. Add it.",
)
define(
    "playbook.not_text",
    status=422,
    zh="应是文字，不是“{value}”。请加引号或改正。",
    en="Text is needed here, not '{value}'. Quote it or correct it.",
)
define(
    "playbook.empty_text",
    status=422,
    zh="文字是空的。请填写。",
    en="The text is empty. Fill it in.",
)
define(
    "playbook.not_whole_number",
    status=422,
    zh="应是不小于0的整数，不是“{value}”。请改正。",
    en="A whole number from 0 is needed here, not '{value}'. Correct it.",
)
define(
    "playbook.not_number",
    status=422,
    zh="应是不小于0的数，不是“{value}”。请改正。",
    en="A number from 0 is needed here, not '{value}'. Correct it.",
)
define(
    "playbook.not_yes_no",
    status=422,
    zh="应是true或false，不是“{value}”。请改正。",
    en="true or false is needed here, not '{value}'. Correct it.",
)
define(
    "playbook.not_date",
    status=422,
    zh="应是YYYY-MM-DD形式的日期，不是“{value}”。请改正。",
    en="A date as YYYY-MM-DD is needed here, not '{value}'. Correct it.",
)
define(
    "playbook.not_list",
    status=422,
    zh="应是列表，不是“{value}”。请用“- ”或[ ]书写。",
    en="A list is needed here, not '{value}'. Write it with '- ' or [ ].",
)
define(
    "playbook.not_map",
    status=422,
    zh="应是“名称: 值”的对照，不是“{value}”。请改正。",
    en="Entries of the form 'name: value' are needed here, not '{value}'. Correct it.",
)
define(
    "playbook.not_pair",
    status=422,
    zh="应恰有两个数[小, 大]，不是“{value}”。请改正。",
    en="Exactly two numbers [least, most] are needed here, not '{value}'. Correct it.",
)
define(
    "playbook.not_key",
    status=422,
    zh="名称“{value}”只能用小写字母、数字、下划线和连字符，并以字母开头。请改正。",
    en="The name '{value}' may hold only small letters, digits, _ and -, beginning with a letter. Correct it.",
)
define(
    "playbook.too_deep",
    status=422,
    zh="嵌套太深，或引用了自身。请检查&和*。",
    en="The file nests too deeply, or refers to itself. Look at & and *.",
)
define(
    "playbook.zh_missing",
    status=422,
    zh="缺少中文（zh）。请补上译文。",
    en="The Chinese text (zh) is missing. Add the translation.",
)
define(
    "playbook.en_missing",
    status=422,
    zh="缺少英文（en）。请补上译文。",
    en="The English text (en) is missing. Add the translation.",
)
define(
    "playbook.en_has_chinese",
    status=422,
    zh="英文（en）中有汉字：“{value}”。请译成英文。",
    en="The English text (en) holds Chinese characters: '{value}'. Translate it.",
)
define(
    "playbook.confidence_missing",
    status=422,
    zh="没有写可信度conf（v、s、m、d或a）。请补上；自定的数写a。",
    en="The confidence conf (v, s, m, d or a) is missing. Add it; a number of your own is an a.",
)
define(
    "playbook.source_missing",
    status=422,
    zh="可信度{conf}须注明出处src。请补上出处，或改为m、d或a。",
    en="The confidence {conf} needs a source src. Name it, or change the confidence to m, d or a.",
)
define(
    "playbook.until_before_from",
    status=422,
    zh="截止日{until}早于起始日{valid_from}。请改正。",
    en="The last day {until} is before the first day {valid_from}. Correct them.",
)
define(
    "playbook.editions_overlap",
    status=422,
    zh="{one}与{other}在{day}重叠，同一天只能有一个版本。请改日期。",
    en="{one} and {other} overlap on {day}; a day has one edition only. Change the dates.",
)
define(
    "playbook.editions_gap",
    status=422,
    zh="{one}与{other}之间，{day}没有版本。请把日期接上。",
    en="Between {one} and {other} the day {day} has no edition. Join the dates.",
)
define(
    "playbook.editions_unordered",
    status=422,
    zh="{one}应排在{other}之前。请按起始日排列。",
    en="{one} belongs before {other}. Order the editions by their first day.",
)
define(
    "playbook.duplicate_item",
    status=422,
    zh="“{key}”出现了两次。请改名或删去一个。",
    en="'{key}' occurs twice. Rename or remove one.",
)
define(
    "playbook.days_outside_stage",
    status=422,
    zh="第{day}天超出了这一阶段的{days}天。请改正。",
    en="Day {day} lies outside the {days} days of this stage. Correct it.",
)
define(
    "playbook.days_unordered",
    status=422,
    zh="天数应从小到大，不重复。请改正。",
    en="Days go up and do not repeat. Correct them.",
)
define(
    "playbook.same_as_chain",
    status=422,
    zh="“{key}”引用的“{other}”自己也是引用。请直接引用最终的一项。",
    en="'{key}' is the same as '{other}', which refers on itself. Name the final one.",
)
define(
    "playbook.watch_empty",
    status=422,
    zh="这一类人员没有写任何措施。请写stages、pcr、same_as之一，或写ended: true。",
    en="Nothing is said for this group. Write stages, pcr, pcr_daily or same_as, or ended: true.",
)
define(
    "playbook.lift_not_milder",
    status=422,
    zh="只能从“{level}”降到更宽松的级别，不能是“{to}”。请改正。",
    en="'{level}' can only be lowered to a milder level, not to '{to}'. Correct it.",
)
define(
    "playbook.lift_days_missing",
    status=422,
    zh="条件“{kind}”须写天数days。请补上。",
    en="The condition '{kind}' needs its number of days. Add days.",
)
define(
    "playbook.size_not_validated",
    status=422,
    zh="混采数{size}未经验证：{allowed}。请改正。",
    en="{size} swabs in a tube were never validated: {allowed}. Correct it.",
)
define(
    "playbook.range_upside_down",
    status=422,
    zh="两个数应先小后大。请改正。",
    en="The smaller number comes first. Correct the pair.",
)
define(
    "playbook.column_source",
    status=422,
    zh="列“{column}”须在metric（指标公式）和ask（询问理由）中恰好写一个。请改正。",
    en="The column '{column}' needs exactly one of metric (a formula) and ask (the reason for asking). Correct it.",
)
define(
    "playbook.dimension_none",
    status=422,
    zh="指标{metric}没有维度，不能写[{value}]。请去掉方括号。",
    en="The metric {metric} has no dimension and takes no [{value}]. Take the brackets away.",
)
define(
    "playbook.choices_missing",
    status=422,
    zh="选择题须写choices或choices_from。请补上。",
    en="A question to choose from needs choices or choices_from. Add them.",
)
define(
    "playbook.show_if_order",
    status=422,
    zh="“{question}”不在这道题之前。请先问后引。",
    en="'{question}' does not come before this question. Ask it first.",
)
define(
    "playbook.show_if_answer",
    status=422,
    zh="“{question}”没有“{answer}”这个答案。请改正。",
    en="'{question}' has no answer '{answer}'. Correct it.",
)
define(
    "playbook.raises_when_missing",
    status=422,
    zh="写了raises_matter，就须写raises_when（哪个答案触发）。请补上。",
    en="raises_matter needs raises_when, the answer that sets it off. Add it.",
)
define(
    "playbook.outcome_done_missing",
    status=422,
    zh="没有一种结果算作完成（done: true）。请补上。",
    en="No outcome counts as done (done: true). Add one.",
)
define(
    "playbook.triage_not_total",
    status=422,
    zh="最后一条须不写when、不写editions，接住其余所有情况。请补上。",
    en="The last clause must have neither when nor editions, so that it takes every other case. Add it.",
)
define(
    "playbook.triage_unreachable",
    status=422,
    zh="前面已有一条接住所有情况，这一条永远用不到。请删去或提前。",
    en="An earlier clause takes every case; this one is never reached. Remove it or move it up.",
)
define(
    "playbook.outcome_says_nothing",
    status=422,
    zh="处置“{outcome}”没有写watch、matter，也没有说明note。请补上一个。",
    en="The outcome '{outcome}' has neither watch, matter nor a note. Add one.",
)
define(
    "playbook.retention_classes",
    status=422,
    zh="retention.classes须恰为{expected}。请改正。",
    en="retention.classes must be exactly {expected}. Correct it.",
)
define(
    "playbook.no_edition",
    status=404,
    zh="预案{playbook}在{day}没有适用的版本。请选用覆盖该日期的预案。",
    en="The playbook {playbook} has no edition for {day}. Choose a playbook that covers the day.",
)
define(
    "playbook.no_report",
    status=404,
    zh="预案{playbook}没有报表{report}。请核对报表名。",
    en="The playbook {playbook} has no report {report}. Check its name.",
)
define(
    "playbook.comma_unquoted",
    status=422,
    zh="花括号里的逗号把文字断开了，“{word}”被当成了另一项。请给整句加引号。",
    en="Inside braces a comma ended the text, and '{word}' was read as another entry. Put the whole text in quotes.",
)
define(
    "playbook.no_edition_named",
    status=404,
    zh="预案{playbook}没有名为{edition}的版本。请核对版本名。",
    en="The playbook {playbook} has no edition called {edition}. Check its id.",
)
define(
    "playbook.pairing_no_room",
    status=422,
    zh="包联项“{item}”的most不能小于1。请写出最多由几人（单位）承担。",
    en="The item '{item}' of a pairing has no room: most must be 1 or more. Say how many may fill it.",
)
