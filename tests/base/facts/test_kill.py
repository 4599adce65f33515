"""Kill workers and database again and again while phones post: nothing accepted is lost, nothing counted twice."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

CYCLES = int(os.environ.get("LIANFANG_KILL_CYCLES", "6"))
"""Kills in one run; `LIANFANG_KILL_CYCLES=200` for the long one (about five seconds each on two busy cores)."""
RESTART_SECONDS = 10.0
"""From a start under load to the first acknowledged fact: the bar of the project. The worst is printed, the median held to it."""
LONG = 50
"""Runs of so many kills are made on a machine that does nothing else, and are held to the bar of time as well."""

SCRIPT = """
import os, random, signal, sys, threading, time
from pathlib import Path
from lianfang.cli import runtime, serve
from lianfang.cli.demo import phones as simulated
simulated.TRIES = 1  # a phone of this test comes again at once, so that the next kill falls into its posting
data, port, cycles = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
os.environ["LIANFANG_DRILL"] = "1"

def life(first, work):
    with runtime.database(data) as target:
        import django
        if first:
            runtime.prepare(target)
        else:
            django.setup()
        with serve.serving("127.0.0.1", port) as children:
            return work(target, children)

def build(target, children):
    from django.db import transaction
    from tests.support.world import COUNTY, HOME, build_world, fold
    from lianfang.domain.rounds.services import open_round
    world = build_world(homes=(HOME,), buildings=4 + cycles // 10, per_building=400 if cycles < 50 else 1996)
    with transaction.atomic():
        actor = world.enter("county_dispatcher", COUNTY)
        opened = open_round(actor=actor, incident_id=world.incident, name="r", path=COUNTY, tube_size=10)
    return world, opened.id, world.token("sampler", COUNTY)

world, number, token = life(True, build)
from django.db import connections
from tests.support.world import HOME
from lianfang.cli.demo.phones import Phone, make_fact
from lianfang.kernel.ids import format_code
people = [person.code for person in world.people[HOME]]
def tube(at):
    return {"round": number, "tube": format_code(5000 + at), "people": people[at * 4:at * 4 + 4]}

queue = [make_fact("rounds.tube_filled/1", HOME, tube(at)) for at in range(len(people) // 4)]
lock, accepted, taken, draining = threading.Lock(), {}, [], threading.Event()
share = [0]
answered = [0.0]  # when the last fact was acknowledged
position = iter(range(len(queue)))
pace = 8 * 1.2 * cycles / len(queue)  # so that eight phones still post in the last cycle

def phone():
    line = None
    while not draining.is_set():
        if len(taken) >= share[0]:  # each life of the server has its share of what is posted, however long it takes to start
            time.sleep(0.01)
            continue
        with lock:
            at = next(position, None)
        if at is None:
            return
        taken.append(at)
        while True:  # until it is answered: a phone keeps what was not
            try:
                line = line or Phone("127.0.0.1", port, token)
                line._headers["Connection"] = "close"
                [answer] = line.send([queue[at]])
                assert answer["status"] in ("accepted", "duplicate"), answer
                accepted[queue[at]["id"]] = answer["status"]
                answered[0] = time.monotonic()
                time.sleep(pace)
                break
            except ConnectionError:
                time.sleep(0.05)

phones = [threading.Thread(target=phone, daemon=True) for _ in range(8)]
for one in phones:
    one.start()
dice = random.Random(7)
ready, first = [], []  # seconds from the start of a server: until it answers, until it has acknowledged a fact
for cycle in range(cycles):
    share[0] = (cycle + 1) * len(queue) // cycles
    begun = time.monotonic()
    def work(target, children):
        ready.append(time.monotonic() - begun)
        while answered[0] < begun and time.monotonic() < begun + 60:
            time.sleep(0.01)
        first.append(time.monotonic() - begun)
        time.sleep(0.2 + dice.random() * 0.6)
        if cycle % 2:
            for child in children:
                os.killpg(child.pid, signal.SIGKILL)
        import subprocess
        if cycle % 3 != 1:
            pid = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
            os.killpg(pid, signal.SIGKILL)
        return None
    life(False, work)
    for alias in connections:
        connections[alias].close()

def finish(target, children):
    draining.set()
    deadline = time.monotonic() + 60
    while any(one.is_alive() for one in phones) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.6)
    import psycopg
    from lianfang.base.metrics.api import recompute
    with psycopg.connect(target.conninfo("lianfang_owner")) as owner:
        kept = {str(row[0]) for row in owner.execute("select id from rounds_tube")}
        logged = owner.execute("select count(*), count(distinct id) from facts_log").fetchone()
        samples = owner.execute("select count(*) from rounds_sample").fetchone()[0]
    differences = recompute(["rounds.sampled", "rounds.tubes"])
    for name, seconds in (("ready", ready), ("first acknowledged", first)):
        seconds.sort()
        middle, most = seconds[len(seconds) // 2], seconds[len(seconds) * 95 // 100]
        print(f"{name} after a start: median {middle:.1f} s, 95 % {most:.1f} s, worst {seconds[-1]:.1f} s")
    print("MEDIAN", first[len(first) // 2])
    print("RESULT", len(accepted), len(set(accepted) - kept), logged[0], logged[1], samples, len(differences), len(taken))

life(False, finish)
"""


def run(command: list[str], environment: dict[str, str], seconds: int) -> subprocess.CompletedProcess[str]:
    """Run to the end; what takes too long is interrupted, so that it stops its own servers, and fails."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=Path(__file__).resolve().parents[3]
    ) as process:  # fmt: skip
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@pytest.mark.row("D1")
def test_kills_lose_and_repeat_nothing(request: pytest.FixtureRequest) -> None:
    """Several kills of workers, of the database, and of both, while eight phones post and repeat what was not answered."""
    data = Path(tempfile.mkdtemp(prefix="lianfang-kill-"))
    request.addfinalizer(lambda: shutil.rmtree(data, ignore_errors=True))
    data.chmod(0o711)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LIANFANG_", "DJANGO_"))}
    done = run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(data), str(port), str(CYCLES)],
        environment,
        400 + 60 * CYCLES,
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), None)
    assert line is not None, done.stdout[-2000:] + done.stderr[-4000:]
    acknowledged, lost, logged, distinct, samples, differences, sent = map(int, line.split()[1:])
    print(f"{CYCLES} kills: {acknowledged} of {sent} acknowledged, {lost} lost, {logged - distinct} twice in the log")
    print("\n".join(row for row in done.stdout.splitlines() if " after a start: " in row))
    assert acknowledged == sent, "a phone never got an answer"
    assert sent > 4 * CYCLES, "too little was posted to show anything"
    assert lost == 0
    assert logged == distinct == sent
    assert samples == sent * 4
    assert differences == 0
    median = next(float(row.split()[1]) for row in done.stdout.splitlines() if row.startswith("MEDIAN"))
    assert CYCLES < LONG or median <= RESTART_SECONDS, f"half of the restarts took more than {median:.1f} s"
