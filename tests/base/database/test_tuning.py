"""The server's settings follow the machine's memory, and a container's limit where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianfang.base.database.tuning import memory_bytes, server_settings

GIB = 1 << 30


@pytest.mark.parametrize(
    ("memory", "buffers", "cache"),
    [(GIB // 4, "128MB", "128MB"), (2 * GIB, "512MB", "1024MB"), (8 * GIB, "2048MB", "4096MB"), (64 * GIB, "2048MB", "32768MB")],
)  # fmt: skip
def test_buffers_are_a_quarter_of_memory_within_bounds(memory: int, buffers: str, cache: str) -> None:
    settings = server_settings(memory)
    assert settings["shared_buffers"] == f"'{buffers}'"
    assert settings["effective_cache_size"] == f"'{cache}'"


@pytest.mark.parametrize(("limit", "bound"), [(str(GIB), GIB), ("max", None), ("", None)])
def test_a_container_counts_as_what_it_may_use(tmp_path: Path, limit: str, bound: int | None) -> None:
    machine = memory_bytes(tmp_path / "none")
    (tmp_path / "memory.max").write_text(limit)
    assert memory_bytes(tmp_path / "memory.max") == (machine if bound is None else min(machine, bound))


def test_nothing_said_means_the_machine_itself() -> None:
    assert server_settings() == server_settings(memory_bytes())
