"""Keep the translations whole: extract msgids from code and templates, update the .po files, compile the .mo files.

`python tools/messages.py` updates and compiles every app's own `locale/zh_Hans/LC_MESSAGES/django.po` (msgids are
English); `--check` only says what is missing, fuzzy, left over, stale, or translated in two ways. Needs polib and
Babel, no gettext programs. Python is read by Babel's extractor, templates through Django's own `templatize`.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "lianfang"
CATALOGUE = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.po"
DEFAULT_APP = SOURCE / "web"  # sentences of code that belongs to no app
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
COMMENT_TAGS = ("Translators:",)
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
HEADER = {
    "Project-Id-Version": "lianfang",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

Key = tuple[str | None, str, str]  # context, singular, plural ("" when there is none)


def apps() -> list[Path]:
    """Return the folders of all apps: those that hold an apps.py."""
    return sorted({path.parent for path in SOURCE.rglob("apps.py")} | {DEFAULT_APP})


def owner(path: Path, folders: list[Path]) -> Path:
    """Return the app whose catalogue carries the sentences of a file: the nearest one above it."""
    holders = [folder for folder in folders if folder in path.parents]
    return max(holders, key=lambda folder: len(folder.parts), default=DEFAULT_APP)


def source_files() -> Iterator[Path]:
    """Yield every file that may hold sentences, in order."""
    for path in sorted(SOURCE.rglob("*")):
        template = path.suffix in {".html", ".txt"} and "templates" in path.parts
        if template or (path.suffix == ".py" and "migrations" not in path.parts):
            yield path


def messages_of(path: Path) -> Iterator[Key]:
    """Yield the sentences of one file."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        # templatize leaves Python-like text; indentation means nothing there and would confuse the reader
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    stream = io.BytesIO(text.encode("utf-8"))
    found = extract("python", stream, keywords=KEYWORDS, comment_tags=COMMENT_TAGS, options={"encoding": "utf-8"})
    for _line, message, _comments, context in found:
        singular, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
        if singular:
            yield (context, singular, plural)


def extracted() -> dict[Path, dict[Key, list[str]]]:
    """Return for each app its sentences with the files that use them."""
    folders = apps()
    result: dict[Path, dict[Key, list[str]]] = {folder: {} for folder in folders}
    for path in source_files():
        for key in messages_of(path):
            places = result[owner(path, folders)].setdefault(key, [])
            name = path.relative_to(ROOT).as_posix()
            if name not in places:
                places.append(name)
    return result


def key_of(entry: polib.POEntry) -> Key:
    """Return the key of a catalogue entry."""
    return (entry.msgctxt, entry.msgid, entry.msgid_plural or "")


def translation_of(entry: polib.POEntry) -> str:
    """Return the Chinese of an entry; Chinese has one plural form."""
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


def update(folder: Path, wanted: dict[Key, list[str]]) -> None:
    """Rewrite one app's catalogue: known translations stay, new sentences come in empty, unused ones go."""
    path = folder / CATALOGUE
    known = {key_of(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    if not wanted and not known:
        return
    catalogue = polib.POFile(wrapwidth=118)
    catalogue.metadata = dict(HEADER)
    for key in sorted(wanted, key=lambda item: (wanted[item][0], item[1], item[0] or "")):
        context, singular, plural = key
        entry = polib.POEntry(msgid=singular, occurrences=[(place, "") for place in wanted[key]])
        entry.msgctxt = context
        old = known.get(key)
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = {0: translation_of(old) if old else ""}
        elif old:
            entry.msgstr = old.msgstr
        if old:
            entry.flags, entry.tcomment = old.flags, old.tcomment
        catalogue.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))


def problems() -> list[str]:
    """Return one sentence for each gap, in all apps; nothing when the translations are whole."""
    found: list[str] = []
    chosen: dict[tuple[str | None, str], tuple[str, str]] = {}
    for folder, wanted in extracted().items():
        app, path = folder.name, folder / CATALOGUE
        entries = {key_of(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
        for context, singular, plural in wanted:
            if (context, singular, plural) not in entries:
                found.append(f"{app}: not in the catalogue: {singular!r}")
        for key, entry in entries.items():
            found += [f"{app}: {problem}: {entry.msgid!r}" for problem in _entry_problems(entry, key in wanted)]
            before = chosen.setdefault(key[:2], (app, translation_of(entry)))
            if before[1] != translation_of(entry):
                found.append(
                    f"{app}: {entry.msgid!r} is {translation_of(entry)!r} here and {before[1]!r} in {before[0]}"
                )
        if entries and _compiled(path) != {key: translation_of(entry) for key, entry in entries.items()}:
            found.append(f"{app}: the .mo file is stale; run python tools/messages.py")
    return found


def _entry_problems(entry: polib.POEntry, used: bool) -> Iterator[str]:
    chinese = translation_of(entry)
    if not used:
        yield "no longer used"
    if not chinese:
        yield "not translated"
    if entry.fuzzy:
        yield "fuzzy"
    allowed = set(PLACES.findall(entry.msgid)) | set(PLACES.findall(entry.msgid_plural or ""))
    needed = set(PLACES.findall(entry.msgid_plural or entry.msgid))
    given = set(PLACES.findall(chinese))
    if chinese and not needed <= given <= allowed:
        yield f"places {sorted(needed)} became {sorted(given)}"


def _compiled(path: Path) -> dict[Key, str] | None:
    compiled = path.with_suffix(".mo")
    if not compiled.exists():
        return None
    entries = polib.mofile(str(compiled))
    return {key_of(entry): translation_of(entry) for entry in entries}


def main() -> int:
    """Run the command line; 1 when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="change nothing, only say what is missing")
    parser.add_argument("apps", nargs="*", help="names of apps to update (default: all)")
    arguments = parser.parse_args()
    if not arguments.check:
        for folder, wanted in extracted().items():
            if not arguments.apps or folder.name in arguments.apps:
                update(folder, wanted)
    found = problems()
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
