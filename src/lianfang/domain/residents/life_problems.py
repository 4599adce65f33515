"""What can go wrong when the ledger changes, as sentences."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "residents.needs_transfer",
    status=422,
    zh="去另一个村社区须由双方办理转移。请由接收的村社区提出。",
    en="Going to another community takes a transfer by both sides. Let the receiving community ask for it.",
)
define(
    "residents.gone_already",
    status=409,
    zh="此人已不在册（迁出或去世）。如有误，请撤销那条变动。",
    en="This person is off the register already (moved away or died). If that is wrong, undo that change.",
)
define(
    "residents.change_stands",
    status=409,
    zh="这条变动不能撤销：之后又有新的记录，或已有其他记录用到此人。请另记一条变动。",
    en="This change can't be undone: something later stands on it. Record another change instead.",
)
define(
    "residents.nobody_to_transfer",
    status=404,
    zh="没有用这个号码登记的人可转入。请核对号码；未登记过的，请按“迁入”登记。",
    en="Nobody registered with this number can be transferred. Check it; who was never registered is entered as moved in.",
)
define(
    "residents.here_already",
    status=409,
    zh="此人已登记在本村社区。换住处请用“社区内搬家”。",
    en="This person is registered in this community already. To change the home, record a move within it.",
)
define(
    "residents.transfer_waits",
    status=409,
    zh="此人已有一项转移在等待确认。请等对方答复。",
    en="A transfer of this person is waiting already. Wait for the answer.",
)
define(
    "residents.transfer_over",
    status=409,
    zh="这项转移已经办完、被拒绝或撤回。请重新打开列表。",
    en="This transfer is done, refused or withdrawn already. Open the list again.",
)
define(
    "residents.transfer_same_person",
    status=409,
    zh="转移须由双方各一人确认，同一人不能代表双方。",
    en="A transfer is accepted by one person on each side; the same person can't accept for both.",
)
define(
    "residents.day_ahead",
    status=422,
    zh="日期不能晚于今天，也不能早于1880年。请改正。",
    en="The day can't lie ahead or before 1880. Correct it.",
)
define(
    "residents.until_past",
    status=422,
    zh="预计结束日期必须晚于今天；不知道可以留空。",
    en="The expected end must lie ahead; leave it blank if it is not known.",
)
define(
    "residents.twin_to_check",
    status=422,
    zh="这一户已有同名、同年出生的人。确是另一个孩子（双胞胎）的，请勾选确认；不会合并。",
    en="This home already has somebody of that name and year of birth. If it is another child (a twin), tick so; they are never merged.",
)
define(
    "residents.reason_missing",
    status=422,
    zh="请写明原因或消息来源。",
    en="State the reason or who said so.",
)
define(
    "residents.recorded_dead",
    status=422,
    zh="台账记录此人已去世。请核实；如有误，先撤销那条变动。",
    en="The ledger says that this person died. Check it; if that is wrong, undo that change first.",
)
define(
    "residents.change_unknown",
    status=422,
    zh="没有“{what}”这种变动。请从列表中选择。",
    en="There is no change '{what}'. Choose one from the list.",
)
