"""Why an incident can't be destroyed now, and what is still to be done."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "retirement.too_early",
    status=409,
    zh="等待期未满，最早{day}可以申请销毁。在此之前可查阅、申诉和更正。",
    en="The wait is not over: destruction can be asked for from {day}. Until then data can be looked up, objected to, corrected.",
)
define(
    "retirement.duties_open",
    status=409,
    zh="还有{count}项未了事项，不能销毁。请按清单逐项办结。",
    en="{count} duties are still open; nothing may be destroyed. Settle each of the list first.",
)
define(
    "retirement.asked_already",
    status=409,
    zh="已有人申请销毁。请由另一人批准，或先撤回申请。",
    en="Destruction was asked for already. Another person approves it, or withdraw it first.",
)
define(
    "retirement.not_asked",
    status=409,
    zh="没有待批准的销毁申请。请先由一人申请。",
    en="No request for destruction waits. One person asks for it first.",
)
define(
    "retirement.approved_already",
    status=409,
    zh="销毁已批准，正在执行或已完成。",
    en="Destruction was approved; it is being carried out or is done.",
)
define(
    "retirement.same_person",
    status=409,
    zh="申请销毁的人不能自己批准。请由另一位有权限的人批准。",
    en="Whoever asked for destruction can't approve it. Another person of the command does.",
)
define(
    "retirement.not_closed",
    status=409,
    zh="事件{number}还没有结束，不能销毁。请先由两人结束事件。",
    en="Incident {number} is not closed; nothing may be destroyed. Two people close it first.",
)
define(
    "retirement.certificate_broken",
    status=422,
    zh="证明书签名不符：内容被改动过，或由另一套系统签发。请向签发单位索取原件。",
    en="The signature of the certificate does not hold: it was changed, or signed elsewhere. Ask the issuer for the original.",
)
define(
    "retirement.certificate_unreadable",
    status=422,
    zh="{file}不是销毁证明书。请核对文件。",
    en="{file} is no certificate of destruction. Check the file.",
)
define(
    "retirement.duty_quarantine",
    status=409,
    zh="{count}条待核实记录未处理：请所在社区负责人在“待核实记录”中处理。",
    en="{count} held facts are not settled: the heads of their areas settle them under Held facts.",
)
define(
    "retirement.duty_work",
    status=409,
    zh="{count}项待办未办结。",
    en="{count} work items are open.",
)
define(
    "retirement.duty_isolation",
    status=409,
    zh="{count}人仍在隔离中：请先办理解除或转运。",
    en="{count} people are still isolated: release or transfer them first.",
)
define(
    "retirement.duty_round",
    status=409,
    zh="{count}个轮次未结束：请先结束轮次。",
    en="{count} rounds are open: close them first.",
)
