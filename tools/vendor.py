"""Fetch the third-party browser files named in vendor.toml, check them, and write them with a lock file.

Maintainers run `python tools/vendor.py` (npm must be installed); users never do. Each package is packed by npm, its
integrity is compared with what the registry states, only the listed files are taken, source-map comments are removed,
syntax above ES2022 is refused, and `vendor.lock.json` beside the files records what stands there.
`python tools/vendor.py --check` verifies the committed files against the lock without any network.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONFIG = Path(__file__).with_name("vendor.toml")
DEFAULT_TARGET = "src/lianfang/web/static/vendor"
LOCK_NAME = "vendor.lock.json"
SOURCE_MAP = re.compile(rb"\n?(?://[#@]|/\*[#@])\s*sourceMappingURL=[^\n*]*(?:\*/)?\s*$")
SYNTAX_CHECK = ("acorn@8.15.0", "--ecma2022", "--silent")
SCRIPT_SUFFIXES = {".js", ".mjs"}


class VendorError(Exception):
    """A package or file that is not what vendor.toml or the lock says; the message names it."""


def read_config(path: Path = CONFIG) -> list[dict[str, Any]]:
    """Return the packages of vendor.toml, each with `into` filled in."""
    packages = tomllib.loads(path.read_text("utf-8"))["package"]
    return [{"into": DEFAULT_TARGET, "files": [], **package} for package in packages]


def run_npm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run npm with fixed arguments from vendor.toml; raise when it is not installed."""
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError("npm is not installed; only maintainers who change vendored files need it")
    return subprocess.run([npm, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - own arguments


def pack(name: str, version: str, folder: Path) -> tuple[Path, str]:
    """Download one package with npm into `folder`; return the archive and its integrity, which has been checked."""
    spec = f"{name}@{version}"
    done = run_npm("pack", spec, "--json", "--pack-destination", str(folder))
    if done.returncode:
        raise VendorError(f"npm could not pack {spec}: {done.stderr.strip()[-400:]}")
    answer = json.loads(done.stdout)[0]
    archive = folder / answer["filename"].replace("@", "").replace("/", "-")
    algorithm, _, expected = answer["integrity"].partition("-")
    digest = hashlib.new(algorithm, archive.read_bytes()).digest()
    if base64.b64encode(digest).decode() != expected or answer["version"] != version:
        raise VendorError(f"{spec}: the archive does not match the integrity that the registry states")
    return archive, answer["integrity"]


def member(archive: tarfile.TarFile, path: str) -> bytes:
    """Return one file of an npm archive (they all sit under `package/`)."""
    try:
        handle = archive.extractfile(f"package/{path}")
    except KeyError:
        handle = None
    if handle is None:
        raise VendorError(f"{archive.name!s} holds no file {path}")
    return handle.read()


def build_sprite(archive: tarfile.TarFile, source: str, icons: list[str]) -> bytes:
    """Join outline icons into one SVG of `<symbol>`s, sorted by name; stroke settings are left to the style sheet."""
    symbols = []
    for name in sorted(set(icons)):
        svg = member(archive, f"{source}/{name}.svg").decode("utf-8")
        body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        paths = [line.strip() for line in body.splitlines() if line.strip() and 'stroke="none"' not in line]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(paths)}</symbol>')
    joined = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{joined}\n</svg>\n'.encode()


def check_syntax(path: Path) -> None:
    """Refuse a script whose syntax is newer than ES2022, the browser floor's limit."""
    module = ["--module"] if path.suffix == ".mjs" else []
    package, *options = SYNTAX_CHECK
    done = run_npm("exec", "--yes", f"--package={package}", "--", "acorn", *options, *module, str(path))
    if done.returncode:
        raise VendorError(f"{path.name} is not ES2022: {done.stderr.strip()[-300:]}")


def take(package: dict[str, Any]) -> list[dict[str, Any]]:
    """Fetch one package and write its files; return their lock entries, in the order of their paths."""
    version, target = package["version"], ROOT / package["into"] / package["folder"] / package["version"]
    entries = []
    with tempfile.TemporaryDirectory() as folder:
        archive_path, integrity = pack(package["name"], version, Path(folder))
        with tarfile.open(archive_path) as archive:
            contents = {Path(name).name: member(archive, name) for name in package["files"]}
            contents |= {Path(name).name: member(archive, name) for name in package["licence_files"]}
            if "sprite" in package:
                contents[package["sprite"]] = build_sprite(archive, package["sprite_source"], package["icons"])
    target.mkdir(parents=True, exist_ok=True)
    for name, raw in sorted(contents.items()):
        data = SOURCE_MAP.sub(b"\n", raw)
        path = target / name
        path.write_bytes(data)
        if path.suffix in SCRIPT_SUFFIXES:
            check_syntax(path)
        entries.append(
            {
                "name": package["name"],
                "version": version,
                "licence": package["licence"],
                "integrity": integrity,
                "path": f"{package['folder']}/{version}/{name}",
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        )
    return entries


def targets(packages: list[dict[str, Any]]) -> list[Path]:
    """Return the folders that hold vendored files and a lock each."""
    return sorted({ROOT / package["into"] for package in packages})


def check(folder: Path) -> list[str]:
    """Compare a vendored folder with its lock; return one sentence for each difference."""
    lock = json.loads((folder / LOCK_NAME).read_text("utf-8"))
    wrong = []
    for entry in lock:
        path = folder / entry["path"]
        if not path.is_file():
            wrong.append(f"{entry['path']} is in the lock but missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            wrong.append(f"{entry['path']} differs from the lock")
    listed = {folder / entry["path"] for entry in lock} | {folder / LOCK_NAME}
    unlisted = (path for path in folder.rglob("*") if path.is_file() and path not in listed)
    return wrong + [f"{path.relative_to(folder)} is not in the lock" for path in sorted(unlisted)]


def update() -> None:
    """Fetch everything that vendor.toml names and rewrite the lock files."""
    packages = read_config()
    for target in targets(packages):
        entries = []
        for package in packages:
            if ROOT / package["into"] == target:
                print(f"{package['name']} {package['version']}", file=sys.stderr)
                entries += take(package)
        entries.sort(key=lambda entry: str(entry["path"]))
        target.mkdir(parents=True, exist_ok=True)
        (target / LOCK_NAME).write_text(json.dumps(entries, indent=1) + "\n", "utf-8")


def main() -> int:
    """Run the command line; 0 done, 1 refused with a reason."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only compare the files with the lock, without network")
    arguments = parser.parse_args()
    try:
        if not arguments.check:
            update()
        wrong = [sentence for target in targets(read_config()) for sentence in check(target)]
    except VendorError as error:
        wrong = [str(error)]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
