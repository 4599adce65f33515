"""Keys in tests: numbers of incidents begin anew with each module, so a key of an earlier module is forgotten whole."""

from __future__ import annotations

from lianfang.base.vault.api import keystore
from lianfang.base.vault.keystore import DESTROYED


def forget_key(incident: int) -> None:
    """Remove an incident's key and every memory of it, as if the number had never been used."""
    store = keystore()
    store.destroy(f"incident-{incident}")
    (store.folder / DESTROYED).unlink(missing_ok=True)
