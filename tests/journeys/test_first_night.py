"""A newcomer goes on by docs/start alone: a round opened, filled and closed; a backup restored; the incident destroyed.

Commands are those of the documents; what they do on pages is done on pages, by people with accounts of their own.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

import pytest

from lianfang.exchange.tables import write_table
from lianfang.exchange.tables.registers import HOUSEHOLD
from lianfang.web.accounts_table import COLUMNS
from tests.journeys.first_evening import Browser, Machine, begin, commands, own_folder, slip_of

pytestmark = pytest.mark.row("A3")
HOME = "411621001001"
PEOPLE = (
    ("wang", "市指挥部", "扶沟县"),
    ("li", "市指挥部", "扶沟县"),
    ("zhou", "县级调度", "扶沟县"),
    ("wu", "社区书记", "西关居民委员会"),
)
WITH_SECOND = {"wu"}
"""Who may unmask a resident, and so sets up an authenticator."""
RESIDENTS = ("欧阳寻踪", "尉迟门铃", "司徒敲窗", "夏侯夜归")
DRILL = "print-only drill-mark"
KEEPERS = "the first keeper's phrase\nthe second keeper's phrase\n"
ANSWER = {"outcome": "answered", "home_people_present": "2", "home_arrived_recently": "no"}


def password(user: str) -> str:
    """What somebody chose when they began."""
    return f"a phrase nobody guesses {user}"


@dataclass
class Evening:
    """The county while it is served, and who is signed in."""

    machine: Machine
    people: dict[str, Browser] = field(default_factory=dict)

    def passwords(self) -> str:
        """What the two people of the command type, one after the other."""
        return f"{password('wang')}\n{password('li')}\n"


@pytest.fixture(scope="module")
def evening() -> Iterator[Evening]:
    """A county with accounts, served as start.md says; four people have begun."""
    with own_folder() as folder:
        machine = Machine(folder)
        rows = [(unit, f"试{user}", role, None, user, None, None, None) for user, role, unit in PEOPLE]
        write_table(folder / "accounts.xlsx", columns=COLUMNS, rows=rows)
        [init] = [one for one in commands("start.md") if one.startswith("lianfang init")]
        [take] = [one for one in commands("start.md") if "--slips" in one]
        slip = slip_of(machine.run(init), "lijing")
        [serve] = commands("start.md", "serve")
        with machine.serving(serve) as told:
            address = re.search(r"^(https://\S+?)/ ", told, re.M)
            assert address
            root = machine.data / "tls" / "ca.crt"
            begin(Browser(address[1], root), slip, password("lijing"))
            machine.run(take)
            codes = re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", (folder / "slips.html").read_text("utf-8"))
            made = Evening(machine)
            for (user, _role, _unit), code in zip(PEOPLE, codes, strict=True):
                made.people[user] = Browser(address[1], root)
                begin(made.people[user], code, password(user), second=user in WITH_SECOND)
            yield made


@pytest.fixture(scope="module")
def closed(evening: Evening) -> list[str]:
    """round.md: residents, an incident by two people, a round at the doors; returns the doors that were visited."""
    machine, people = evening.machine, evening.people
    names = [spec.name for spec in HOUSEHOLD]
    rows = []
    for number, name in enumerate(RESIDENTS):
        cells = {"community": "西关居民委员会", "building": "1号楼", "entrance": "1", "door": str(101 + number // 2), "name": name,
                 "relation_to_head": "其他" if number % 2 else "户主", "id_type": "暂无证件", "sex": "女",
                 "birth_date": date(1980 + number, 1, 2)}  # fmt: skip
        rows.append(tuple(cells.get(key) for key in names))
    write_table(machine.folder / "residents.xlsx", columns=HOUSEHOLD, rows=rows)
    dry, real = commands("round.md", "residents")
    assert "4 new" in machine.run(dry)
    assert "4 written" in machine.run(real)

    asked = {"name": "桐丘演练", "area": "411621000000", "playbook": "covid-2022", "drill": "on"}
    assert people["wang"].post("/incidents/propose/", **asked)[0] == 200
    status, page = people["wang"].post("/incidents/1/open/")
    assert "须由" in page, "nobody opens what they proposed"
    assert DRILL not in people["wu"].get("/")[1]
    assert "事件已启动" in people["li"].post("/incidents/1/open/")[1]
    for page in ("/", "/residents/", "/my/"):
        assert DRILL in people["wu"].get(page)[1], "every page says that it is a drill, and prints it"

    status, page = people["zhou"].post(
        "/rounds/new/", name="第一轮摸排", kind="screening", questionnaire="household_screening", area=HOME, tube_size="10", stop_rule="2"
    )  # fmt: skip
    assert (status, "第一轮摸排" in page, "本轮不包括" in page) == (200, True, False), page[-2000:]
    missing = f"/rounds/1/{HOME}/missing/"
    doors = sorted(set(re.findall(r'href="(/rounds/1/visit/\d+/)"', people["wu"].get(missing)[1])))
    assert len(doors) == 2
    for door in doors:
        asks = dict.fromkeys(re.findall(r'name="(person\d+_place_contact)"', people["wu"].get(door)[1]), "none")
        status, page = people["wu"].post(door, **ANSWER, **asks)
        assert (status, "已记录" in page) == (200, True), page[-2000:]
    until = time.monotonic() + 30
    while "应入户2户，已入户2户" not in people["wu"].get(missing)[1]:
        assert time.monotonic() < until, "the figures do not follow"
        time.sleep(0.5)
    assert "已结束" in people["zhou"].post("/rounds/1/close/")[1]
    until = time.monotonic() + 30  # the log is sealed second by second, behind what is still being written
    while "over 2 facts hold" not in (said := evening.machine.run("lianfang verify-log --data /srv/lianfang")):
        assert time.monotonic() < until, said
        time.sleep(0.5)
    return doors


def test_a_round_is_filled_and_closed(evening: Evening, closed: list[str]) -> None:
    assert evening.people["wu"].get(closed[0])[0] == 404, "a closed round asks nothing more"


@pytest.fixture(scope="module")
def kept(evening: Evening, closed: list[str]) -> str:
    """keep.md: a backup, the keys by two people, both restored; returns what the restored log said."""
    machine = evening.machine
    machine.folder.joinpath("safe").mkdir()
    [backup], [keys] = commands("keep.md", "backup"), commands("keep.md", "keys")
    assert "verified" in machine.run(backup)
    assert "5 keys" in machine.run(keys, typed=KEEPERS)  # four of the data, one of the authority of --tls
    check, restore, verify, listing = commands("keep.md", "restore")
    assert "is whole" in machine.run(check)
    assert "hold" in machine.run(restore, typed=KEEPERS)
    assert "wu\tactive\tcommunity_head" in machine.run(listing)
    assert "restore.target_not_empty" in machine.run(restore, status=1, typed=KEEPERS)
    return machine.run(verify)


def test_a_backup_is_restored(evening: Evening, kept: str) -> None:
    assert "over 2 facts hold" in kept
    [upgrade] = commands("keep.md", "upgrade")
    assert "backup " in evening.machine.run(upgrade)


def test_the_incident_is_destroyed(evening: Evening, kept: str) -> None:
    """end.md: two people close, two people destroy, anybody checks the certificate; then only the new backup is left."""
    machine = evening.machine
    [close], [purge], [verify] = (commands("end.md", kind) for kind in ("close", "purge", "verify"))
    assert "retirement.not_closed" in machine.run(purge, status=1, typed=evening.passwords())
    assert "li: closed" in machine.run(close, typed=evening.passwords())
    assert "key destroyed" in machine.run(purge, typed=evening.passwords())
    assert not (machine.data / "keys" / "incident-1.key").exists()
    shutil.copy(machine.data / "certificates" / "incident-1.json", machine.folder)
    assert "the signature holds" in machine.run(verify)
    body = json.loads((machine.folder / "incident-1.json").read_text("utf-8"))["body"]
    assert body["destroyed"]["rows"]["rounds_visit"] == 2
    assert len(body["backups_before"]["backup"]) >= 1
    assert "over 2 facts hold" in machine.run("lianfang verify-log --data /srv/lianfang")
    [backup] = commands("keep.md", "backup")
    machine.run(f"{backup} --keep 1")
    assert len(list((machine.folder / "backup" / "county" / "base").iterdir())) == 1
    for path in (*machine.data.rglob("*"), *(machine.folder / "backup").rglob("*")):
        with suppress(FileNotFoundError):  # the database goes on working
            assert not path.is_file() or not [name for name in RESIDENTS if name.encode() in path.read_bytes()], path
