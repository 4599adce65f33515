"""What the tests of workforce share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lianfang.kernel.errors import LianfangError


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block must end in a refusal whose code ends in these words."""
    with pytest.raises(LianfangError) as caught:
        yield
    assert caught.value.code.endswith(code), caught.value.code
