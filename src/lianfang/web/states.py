"""The four states of the interface. A state is always shown by colour, shape and word together."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

STATES = ("good", "watch", "act", "unknown")
WORDS = {
    "good": pgettext_lazy("state", "Good"),
    "watch": pgettext_lazy("state", "Watch"),
    "act": pgettext_lazy("state", "Act"),
    "unknown": pgettext_lazy("state", "Unknown"),
}


def word(state: str) -> str:
    """Return the word of a state in the current language; raise ValueError for a state that does not exist."""
    if state not in WORDS:
        raise ValueError(f"no state {state!r}; there are {', '.join(STATES)}")
    return str(WORDS[state])


def of_share(part: float | None, whole: float | None, *, watch: float, act: float) -> str:
    """Judge a share where more is better: `act` and `watch` are the shares (0 to 1) below which each state begins.

    Without a value or a denominator the state is unknown, never good.
    """
    if part is None or not whole:
        return "unknown"
    share = part / whole
    if share < act:
        return "act"
    return "watch" if share < watch else "good"
