# ruff: noqa: E501 - a table of headings: one line a column
"""The registers that offices keep, with their official headings and the other headings seen for the same.

Sources: the returnee register is the 18-column list of a township of 2022; the household register is compiled from the
returnee, volunteer and address lists. Synonyms are assumptions from common office practice.
"""

from __future__ import annotations

from typing import Final

from lianfang.exchange.tables.columns import ColumnSpec, Kind

_NAME = ColumnSpec(
    "name", "姓名", "Name", Kind.TEXT, ("居民姓名", "人员姓名", "姓 名", "名字", "full name"), required=True
)
_ID = ColumnSpec(
    "id_no", "身份证号", "Identity number", Kind.ID,
    ("身份证号码", "公民身份号码", "证件号码", "证件号", "身份证", "居民身份证号", "id number", "id card", "idcard"),
)  # fmt: skip
_PHONE = ColumnSpec(
    "phone", "电话", "Phone", Kind.PHONE,
    ("联系电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "本人电话", "telephone", "mobile"),
)  # fmt: skip
_GRID = ("网格名称", "网格号", "所属网格", "所在网格")

HOUSEHOLD: Final = (
    ColumnSpec("community", "村社区", "Community", Kind.REGION,
               ("社区", "村", "村/社区", "所属社区", "所在社区", "村居", "村(居)", "行政村", "社区名称", "居委会", "村委会")),
    ColumnSpec("grid", "网格", "Grid", Kind.TEXT, _GRID),
    ColumnSpec("compound", "小区或自然村", "Compound", Kind.TEXT,
               ("小区", "小区名称", "自然村", "院落", "庭院", "楼院", "村民小组", "compound or hamlet")),
    ColumnSpec("building", "楼栋", "Building", Kind.TEXT, ("楼号", "楼", "栋", "栋号", "幢", "幢号", "楼栋号", "楼座", "座"),
               required=True),
    ColumnSpec("entrance", "单元", "Entrance", Kind.TEXT, ("单元号", "门栋", "梯", "unit")),
    ColumnSpec("door", "户室", "Door", Kind.TEXT,
               ("室", "房号", "房间号", "门牌", "门牌号", "户号", "室号", "门号", "户", "room", "door number"), required=True),
    ColumnSpec("relation_to_head", "与户主关系", "Relation to head", Kind.CODE, ("户主关系", "与户主的关系", "家庭关系", "关系"),
               values=("户主", "本人", "配偶", "妻", "夫", "子", "女", "长子", "长女", "次子", "次女", "父亲", "母亲", "孙子", "孙女",
                       "儿媳", "女婿", "其他")),
    _NAME,
    ColumnSpec("id_type", "证件类型", "Paper", Kind.CODE, ("证件种类", "证件名称", "id type"),
               values=("身份证", "居民身份证", "护照", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "暂无证件")),
    _ID,
    ColumnSpec("sex", "性别", "Sex", Kind.CODE, ("男女", "gender"), values=("男", "女", "M", "F")),
    ColumnSpec("birth_date", "出生日期", "Birth date", Kind.DATE, ("出生年月日", "生日", "出生年月", "出生", "date of birth")),
    _PHONE,
    ColumnSpec("registered_address", "户籍地", "Registered address", Kind.ADDRESS,
               ("户籍地址", "户籍所在地", "户口所在地", "户籍")),
    ColumnSpec("residence_kind", "居住类型(常住/流动/空户/寄宿)", "Kind of residence", Kind.CODE,
               ("居住状态", "人员类别", "人户状态", "居住性质"), values=("常住", "流动", "空户", "寄宿")),
    ColumnSpec("employer", "工作单位", "Employer", Kind.TEXT, ("单位", "单位名称", "就业单位", "服务处所")),
    ColumnSpec("trade", "行业(冷链等标注)", "Trade", Kind.TEXT, ("行业", "职业", "从业行业", "行业类别")),
    ColumnSpec("care_tags", "重点人群(独居/残疾/低保/孕产/透析/儿童独自)", "Care tags", Kind.MULTI,
               ("重点人群", "特殊人群", "人群标签", "人群类别")),
    ColumnSpec("note", "备注", "Note", Kind.TEXT, ("说明", "备 注", "remarks")),
)  # fmt: skip
"""The household and residence register (户籍与居住台账), in the official order."""

RETURNEE: Final = (
    _NAME, _ID, _PHONE,
    ColumnSpec("origin_address", "户籍或来源地", "Origin", Kind.ADDRESS, ("户籍/来源地", "来源地", "户籍地", "从何地返回", "出发地")),
    ColumnSpec("home_address", "居住地", "Home address", Kind.ADDRESS, ("居住地址", "现住址", "现居住地", "家庭住址", "住址")),
    ColumnSpec("return_note", "返乡说明", "How returned", Kind.TEXT, ("返回方式", "交通方式", "返乡方式", "车次航班")),
    ColumnSpec("return_date", "返回时间", "Returned on", Kind.DATE, ("返乡时间", "返回日期", "返乡日期", "到达时间"), required=True),
    ColumnSpec("trip_card", "行程码", "Trip card", Kind.CODE, ("行程卡", "大数据行程卡", "通信行程卡")),
    ColumnSpec("health_code", "健康码", "Health code", Kind.COLOUR, ("健康码颜色", "码色"),
               values=("绿", "黄", "红", "绿码", "黄码", "红码")),
    ColumnSpec("pcr_result", "核酸结果", "PCR result", Kind.CODE, ("核酸检测结果", "核酸", "检测结果"), values=("阴性", "阳性", "未做")),
    ColumnSpec("vaccine_doses", "疫苗", "Vaccine doses", Kind.INT, ("疫苗接种", "疫苗针次", "接种剂次", "疫苗剂次")),
    ColumnSpec("temperature", "体温", "Temperature", Kind.DECIMAL, ("体温℃", "当日体温")),
    ColumnSpec("village", "上报村", "Reporting village", Kind.REGION, ("村", "所属村", "上报单位", "村社区", "所在村")),
    ColumnSpec("grid_worker", "网格员", "Grid worker", Kind.USER, ("网格员姓名", "包联人", "责任人")),
    ColumnSpec("reported_on", "上报日期", "Reported on", Kind.DATE, ("上报时间", "登记日期", "填报日期")),
    ColumnSpec("origin_type", "类型", "Origin type", Kind.CODE, ("来源类型", "人员类型", "返乡类型")),
    ColumnSpec("measure", "管控措施", "Measure", Kind.CODE, ("管理措施", "隔离方式", "措施"), values=("居家", "集中", "居家隔离", "集中隔离")),
    ColumnSpec("employer_cold_chain", "单位或行业(冷链标注)", "Employer or trade", Kind.TEXT, ("单位或行业", "工作单位", "行业", "单位")),
)  # fmt: skip
"""The register of people who came home (返乡人员排查登记表), in the official order."""

_MEMBER_ID = ColumnSpec("id_no", "证件号", "Identity number", Kind.ID, (_ID.zh, *_ID.synonyms))
_SEX = ColumnSpec("sex", "性别", "Sex", Kind.CODE, ("男女", "gender"), values=("男", "女", "M", "F"))
_TOWN = ColumnSpec(
    "township", "镇街", "Township", Kind.REGION, ("乡镇", "街道", "乡镇街道", "镇(街)", "镇街道", "所属镇街")
)
_COMMUNITY = ColumnSpec("community", "社区", "Community", Kind.REGION,
                        ("村居", "村社区", "村", "村/社区", "所属社区", "所在社区", "村(居)", "居住社区", "行政村", "社区名称"))  # fmt: skip

VOLUNTEER: Final = (
    _TOWN, _COMMUNITY,
    ColumnSpec("grid", "网格", "Grid", Kind.TEXT, _GRID),
    ColumnSpec("name", "姓名", "Name", Kind.TEXT, ("志愿者姓名", "党员姓名", *_NAME.synonyms), required=True),
    _SEX, _PHONE, _MEMBER_ID,
    ColumnSpec("age", "年龄", "Age", Kind.INT, ("岁数", "周岁")),
    ColumnSpec("address", "居住地址", "Address", Kind.ADDRESS, ("住址", "现住址", "家庭住址", "详细住址")),
    ColumnSpec("branch", "网格党支部", "Grid party branch", Kind.TEXT, ("党支部", "所属支部", "支部")),
    ColumnSpec("party_group", "网格党小组", "Grid party group", Kind.TEXT, ("党小组", "所属党小组")),
    ColumnSpec("service_team", "服务队", "Service team", Kind.TEXT, ("志愿服务队", "党员服务队")),
    ColumnSpec("squad", "突击队", "Squad", Kind.TEXT, ("党员突击队",)),
    ColumnSpec("politics", "党员类别", "Kind of party member", Kind.TEXT, ("政治面貌", "类别")),
    ColumnSpec("agency", "志愿机构", "Volunteer organisation", Kind.TEXT, ("志愿组织", "志愿者机构", "社会组织")),
    ColumnSpec("skills", "技能", "Skills", Kind.MULTI, ("特长", "专业技能")),
)  # fmt: skip
"""The register of party members and volunteers (党员志愿者), in the official order; skills are an addition of ours."""

SAMPLING_TEAM: Final = (
    ColumnSpec("team", "小组名称", "Team", Kind.TEXT, ("采样小组", "采样小组名称", "小组", "采样点名称"), required=True),
    ColumnSpec("name", "采样点长", "Lead of the site", Kind.TEXT, ("点长", "采样点点长", "负责人", "组长"), required=True),
    _PHONE,
    ColumnSpec("volunteers", "志愿者数", "Volunteers", Kind.INT, ("志愿者人数",)),
    ColumnSpec("samplers", "采样人员数", "Samplers", Kind.INT, ("采样人数", "采样员数")),
    ColumnSpec("desks", "采样工位数", "Desks", Kind.INT, ("采样台数", "工位数")),
    ColumnSpec("guards", "安保人员数", "Guards", Kind.INT, ("安保人数",)),
    _TOWN, _COMMUNITY,
    ColumnSpec("grid", "网格", "Grid", Kind.TEXT, _GRID),
    ColumnSpec("address", "详细地址", "Address", Kind.ADDRESS, ("地址", "采样点地址")),
)  # fmt: skip
"""The list of sampling teams (采样小组), in the official order."""

UNIT_LIST: Final = (
    ColumnSpec("unit", "单位", "Unit", Kind.TEXT, ("单位名称", "工作单位", "所在单位", "派出单位", "部门")),
    ColumnSpec("above", "上级单位", "Unit above", Kind.TEXT, ("主管部门", "主管单位", "上级主管部门")),
    ColumnSpec("unit_kind", "单位类型", "Kind of unit", Kind.TEXT, ("单位性质", "单位类别")),
    ColumnSpec("name", "姓名", "Name", Kind.TEXT, ("干部姓名", "人员姓名", *_NAME.synonyms), required=True),
    _SEX, _MEMBER_ID, _PHONE,
    ColumnSpec("community", "居住社区", "Home community", Kind.REGION, ("居住村社区", "社区", "村社区", "居住地社区", "报到社区")),
    ColumnSpec("address", "住址", "Address", Kind.ADDRESS, ("居住地址", "家庭住址", "现住址")),
    ColumnSpec("skills", "技能", "Skills", Kind.MULTI, ("特长", "专业技能", "专业")),
    ColumnSpec("politics", "政治面貌", "Party membership", Kind.TEXT, ("党员类别",)),
    ColumnSpec("duty", "职务", "Duty", Kind.TEXT, ("职位", "岗位职务")),
    ColumnSpec("contact", "紧急联系人", "Somebody to ask", Kind.TEXT, ("联系人",)),
    ColumnSpec("note", "备注", "Note", Kind.TEXT, ("说明", "remarks")),
)  # fmt: skip
"""A unit's list of its people (下沉干部花名册): columns as offices keep them, compiled from common practice (assumption)."""
