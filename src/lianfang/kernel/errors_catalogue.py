"""Problems that several parts share: the door, sessions and rights, time, codes. Importing this module defines them.

For facts the status says which answer the door gives: 202 held, 409 conflict, any other 4xx refused, 200 a note on an
accepted fact. The HTTP status of the call itself speaks of the envelope only.
"""

from __future__ import annotations

from lianfang.kernel.errors import define

# --- the envelope of a call to the door
define(
    "facts.not_a_list",
    status=400,
    zh="提交内容不是记录列表，一条也没有接收。请以列表形式重新提交。",
    en="What was sent is not a list of facts; nothing was taken. Send a list.",
)
define(
    "facts.too_many",
    status=413,
    zh="一次提交了{count}条记录，最多{limit}条，一条也没有接收。请分批提交。",
    en="{count} facts came in one call, the limit is {limit}; nothing was taken. Send them in several calls.",
)
define(
    "facts.busy",
    status=503,
    zh="系统繁忙，本次提交没有接收。记录仍保存在手机里，{seconds}秒后会自动重发。",
    en="The system is busy and took nothing from this call. The facts stay on the phone; send again in {seconds} s.",
)

# --- one fact
define(
    "fact.character_wrong",
    status=422,
    zh="记录里有不能保存的控制字符（U+0000）。请删除后重新提交。",
    en="The fact holds a control character that can't be kept (U+0000). Remove it and send again.",
)
define(
    "fact.malformed",
    status=400,
    zh="记录的“{field}”缺失或格式不对。请核对后重新提交。",
    en="The fact's '{field}' is missing or malformed. Check it and send again.",
)
define(
    "fact.id_reused",
    status=409,
    zh="记录编号{id}已用于另一条内容，先到的保留，这一条转入待核实。请由{area}核对。",
    en="The id {id} already carries other content; the first stands, this one waits in quarantine. {area} checks it.",
)
define(
    "fact.kind_unknown",
    status=422,
    zh="不认识的记录类型“{kind}”。请升级手机端或核对类型后重新提交。",
    en="The kind of fact '{kind}' is not known here. Update the field app, or correct the kind, and send again.",
)
define(
    "fact.kind_off",
    status=422,
    zh="本次事件的预案没有启用“{kind}”。请联系指挥部确认预案。",
    en="The playbook of this incident does not use '{kind}'. Ask the command which playbook is in force.",
)
define(
    "fact.area_unknown",
    status=422,
    zh="找不到区划代码{area}。请核对12位代码后重新提交。",
    en="There is no area with the code {area}. Check the twelve digits and send again.",
)
define(
    "fact.area_outside",
    status=403,
    zh="{area}不在您的工作范围内，记录已转入待核实。如需在该处工作，请向街道申请授权。",
    en="{area} is not in your scope; the fact waits in quarantine. Ask the township for the right to work there.",
)
define(
    "fact.time_future",
    status=422,
    zh="记录时间{recorded_at}晚于收到时间{received_at}。请校准手机时钟后重新记录。",
    en="The recorded time {recorded_at} is later than its receipt, {received_at}. Set the phone's clock, record again.",
)
define(
    "fact.time_too_old",
    status=422,
    zh="记录时间{recorded_at}早于本次事件开始时间{opened_at}。请核对时间后重新记录。",
    en="The recorded time {recorded_at} is before the incident began, {opened_at}. Check the time, record again.",
)
define(
    "fact.subject_unknown",
    status=422,
    zh="在{area}找不到编号为{subject}的对象。请核对编号，或先登记再记录。",
    en="Nothing with the code {subject} is known in {area}. Check the code, or register first and record again.",
)
define(
    "fact.too_large",
    status=413,
    zh="这条记录有{bytes}字节，最多{limit}字节。请把附件分开上传。",
    en="The fact has {bytes} bytes, the limit is {limit}. Upload attachments apart.",
)
define(
    "fact.payload_invalid",
    status=422,
    zh="“{kind}”的“{field}”不对：{reason}。请改正后重新提交。",
    en="'{field}' of '{kind}' is not right: {reason}. Correct it and send again.",
)
define(
    "fact.needs_earlier",
    status=202,
    zh="这条记录要等记录{needs}先到，已暂存，到齐后自动处理，无需重发。",
    en="The fact waits for {needs} to arrive; it is kept and applied by itself, nothing needs to be sent again.",
)
define(
    "fact.version_stale",
    status=409,
    zh="“{field}”在您记录期间已被改为“{current}”。两个值都已保留，请由{area}核对取舍。",
    en="'{field}' was changed to '{current}' meanwhile. Both values are kept; {area} decides between them.",
)
define(
    "fact.incident_closed",
    status=422,
    zh="事件“{incident}”已结束，不再接收记录。请联系指挥部。",
    en="The incident '{incident}' is closed and takes no more facts. Ask the command.",
)

# --- who you are and what you may do
define(
    "session.expired",
    status=401,
    zh="登录已过期，未提交的内容仍保存在本机。请重新登录后继续。",
    en="Your session has ended; what was not sent is still on this device. Log in again to go on.",
)
define(
    "session.credentials_wrong",
    status=401,
    zh="账号或口令不对。请核对后重试。",
    en="The account or the password is wrong. Check both and try again.",
)
define(
    "session.locked",
    status=429,
    zh="连续输错次数过多，账号已锁定{minutes}分钟。请稍后再试或联系管理员。",
    en="Too many wrong attempts; the account is locked for {minutes} minutes. Wait, or ask the administrator.",
)
define(
    "access.not_found",
    status=404,
    zh="没有找到，或不在您的工作范围内。请核对编号，或向上级申请授权。",
    en="Not found, or outside your scope. Check the code, or ask your superior for the right.",
)
define(
    "access.not_allowed",
    status=403,
    zh="您的岗位不能办理“{action}”。如确有需要，请向上级申请授权。",
    en="Your role does not include '{action}'. Ask your superior for the right if you need it.",
)
define(
    "access.second_person_needed",
    status=403,
    zh="“{action}”须由两人办理。请另一位有权限的人员确认。",
    en="'{action}' needs two people. Ask another authorised person to confirm.",
)
define(
    "access.purpose_needed",
    status=422,
    zh="查看完整信息须填写用途，并会留下记录。请填写用途。",
    en="Seeing the full record needs a purpose and is put on record. Enter the purpose.",
)

# --- general
define(
    "request.malformed",
    status=400,
    zh="“{field}”的内容“{value}”不对：{reason}。请改正后重试。",
    en="'{field}' with the content '{value}' is not right: {reason}. Correct it and try again.",
)
define(
    "text.too_long",
    status=422,
    zh="文字太长：{length}字，最多{limit}字，未作任何更改。请缩短后重新提交。",
    en="The text has {length} characters, at most {limit} can be kept; nothing was changed. Shorten it and send again.",
)
define(
    "request.character_wrong",
    status=422,
    zh="提交的内容里有不能保存的控制字符（U+0000）。请删除后重试。",
    en="What was sent holds a control character that can't be kept (U+0000). Remove it and try again.",
)
define(
    "internal.failure",
    status=500,
    zh="系统出错，编号{trace}，未作任何更改。请稍后重试；仍然出错时把编号告诉管理员。",
    en="Something failed inside (trace {trace}); nothing was changed. Try again, or tell the administrator the trace.",
)
