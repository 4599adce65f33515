"""How the embedded server is set: memory by what the machine has, log and checkpoints by how long a restart may take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

MEGABYTE: Final = 1 << 20
LEAST_BUFFERS, MOST_BUFFERS = 128, 2048
"""Megabytes of shared buffers. A quarter of memory, as PostgreSQL's manual advises (19.4.1); at most what holds the indexes that a
round in a city of 7.3 million writes and reads, with room (assumption)."""
CGROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")
"""The limit of a container, which may be far below what the machine has; "max" without one."""


def memory_bytes(limit: Path = CGROUP_LIMIT) -> int:
    """Memory that this machine, or the container that we run in, has."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        return min(machine, int(limit.read_text()))
    except (OSError, ValueError):
        return machine


def server_settings(memory: int | None = None) -> dict[str, str]:
    """The settings of a server on a machine with this much memory in bytes (unless given: with what there is), as they stand in
    its configuration."""
    megabytes = (memory_bytes() if memory is None else memory) // MEGABYTE
    return {
        "listen_addresses": "''",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"'{min(max(megabytes // 4, LEAST_BUFFERS), MOST_BUFFERS)}MB'",
        "effective_cache_size": f"'{max(megabytes // 2, LEAST_BUFFERS)}MB'",
        "maintenance_work_mem": "'256MB'",
        "work_mem": "'16MB'",
        # what a killed server has to read again: 215 MB a second measured, so that it is back within ten seconds
        "max_wal_size": "'1536MB'",
        "checkpoint_timeout": "'5min'",
        # after each checkpoint every page is logged whole when it is first touched; packing them (there is only pglz) cost more
        # than all else: a sync of 100 tubes fell from 12,000 to 3,000 tubes a second. Archived segments are packed anyway.
        "wal_compression": "off",
        "autovacuum_naptime": "'5s'",  # figures in waiting (metrics_delta) turn over a hundred thousand rows in that time
        "random_page_cost": "1.1",
        "jit": "off",
        "fsync": "on",
        "synchronous_commit": "on",
        "timezone": "'Asia/Shanghai'",
        "log_min_duration_statement": "-1",  # statements carry data; none is logged
        "log_min_error_statement": "panic",  # nor those that fail
        "log_min_messages": "log",  # nor the words of an error, which may quote a value; whoever asked is told
        "log_statement": "'none'",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "'terse'",
        "password_encryption": "'scram-sha-256'",
    }
