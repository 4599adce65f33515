"""The freshness meter itself: every tube that was accepted is matched to a total, also the first and the last ones."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.support.poster import SENDERS, TUBE, Round

PEOPLE = [(number, f"130900{number % 7:06d}") for number in range(5 * TUBE)]
ANSWER_SECONDS, FOLD_SECONDS = 0.12, 0.05


class Place:
    """A server that takes each tube at once but answers slowly, and a total that takes in what came in steps."""

    def __init__(self) -> None:
        self.taken, self.shown = 5, 5  # an earlier run has left some
        self.ending = threading.Event()
        place = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                place.taken += 1
                time.sleep(ANSWER_SECONDS)
                body = b'[{"status": "accepted"}]'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        threading.Thread(target=self._fold, daemon=True).start()

    def _fold(self) -> None:
        while not self.ending.wait(FOLD_SECONDS):
            self.shown = self.taken

    def close(self) -> None:
        """Stop the server and the folding."""
        self.ending.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.65])
def test_no_tube_is_left_without_its_total(place: Place, seconds: float) -> None:
    """Senders are still waiting for answers when the run ends; the watcher used to go home before they had them."""
    seen = Round(place.server.server_port, "token", 1, PEOPLE, lambda: place.shown).run(lambda: time.sleep(seconds))
    assert seen["accepted"] == seen["shown"] == place.taken - 5 >= SENDERS
    assert len(seen["laps"]) == seen["accepted"]
    assert seen["problems"] == 0
    assert statistics.median(seen["laps"]) < 5 * (ANSWER_SECONDS + FOLD_SECONDS)


def test_the_total_is_read_before_anything_is_posted(place: Place) -> None:
    """A first look that takes long does not count the first tubes as if they had been there before."""
    looks = []

    def slow_at_first() -> int:
        if not looks:
            time.sleep(0.4)
        looks.append(place.shown)
        return looks[-1]

    seen = Round(place.server.server_port, "token", 1, PEOPLE, slow_at_first).run(lambda: time.sleep(0.3))
    assert looks[0] == 5
    assert len(seen["laps"]) == seen["accepted"] == seen["shown"]
