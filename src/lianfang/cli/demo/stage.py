"""What the acts of the demonstration share: the cast, the playbook, the dice, and what the summary will tell."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from lianfang.base.playbooks.api import Edition, Playbook
from lianfang.cli.demo.cast import Company
from lianfang.cli.demo.phones import Phone


@dataclass
class Stage:
    """What the acts of the story share."""

    console: Console
    company: Company
    host: str
    port: int
    dice: random.Random
    book: Playbook
    told: dict[str, Any]

    def say(self, text: str) -> None:
        """Tell how far a long act is, to somebody who sits at a terminal; quiet in a pipe."""
        if self.console.is_terminal:
            self.console.print(f"[dim]  {text}[/]")

    def phone(self, username: str) -> Phone:
        """A phone of one of the cast."""
        return Phone("127.0.0.1" if self.host == "0.0.0.0" else self.host, self.port, self.company.token(username))  # noqa: S104


def edition_of_story(book: Playbook) -> Edition:
    """The edition that the drill plays by: the playbook's first that knows zones, or its first that still obliges anybody."""
    live = [edition for edition in book.editions if edition.obligations != "none"] or list(book.editions)
    return next((edition for edition in live if edition.zones), live[0])
