"""The product's settings with the desks of administrators under their addresses."""

from __future__ import annotations

from lianfang.config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.base.access.urls"
