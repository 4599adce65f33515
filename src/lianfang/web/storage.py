"""Static files with hashed names: imports between our own ES modules are rewritten, vendored modules keep theirs."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """The production storage of static files; unhashed copies stay, because MapLibre looks for its worker by name."""

    support_js_module_import_aggregation = True
