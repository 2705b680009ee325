"""Fetch the pinned browser packages with ``npm pack`` and write what the pages need of them.

For developers only: what it writes is committed, nothing is fetched when the site runs.

    python scripts/vendor_assets.py            fetch, write, record versions and SHA-256
    python scripts/vendor_assets.py --check    compare the committed files with the record; no network
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "marketplace" / "static"
MANIFEST = STATIC / "vendor" / "manifest.json"
ICON_LIST = STATIC / "icons.txt"
SPRITE = STATIC / "vendor" / "tabler-icons" / "sprite.svg"
ICON_NODES = "tabler-nodes-outline.json"


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package: what is taken out of it, and where it goes in this repository."""

    name: str
    version: str
    licence: str
    files: tuple[tuple[str, Path], ...]


PACKAGES = (
    Package(
        "@tabler/core",
        "1.6.1",
        "MIT",
        (("dist/css/tabler.min.css", STATIC / "vendor" / "tabler" / "tabler.min.css"),),
    ),
    Package(
        "@tabler/icons",
        "3.51.0",
        "MIT",
        (("LICENSE", STATIC / "vendor" / "tabler-icons" / "LICENSE"),),
    ),
    Package(
        "htmx.org",
        "2.0.11",
        "0BSD",
        (
            ("dist/htmx.min.js", STATIC / "vendor" / "htmx" / "htmx.min.js"),
            ("LICENSE", STATIC / "vendor" / "htmx" / "LICENSE"),
        ),
    ),
    Package(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        (
            ("axe.min.js", ROOT / "tests" / "vendor" / "axe.min.js"),
            ("LICENSE", ROOT / "tests" / "vendor" / "axe-LICENSE"),
        ),
    ),
)


def pack(package: Package, *, folder: Path) -> Path:
    """Download one package at its pinned version; the npm client verifies its checksum."""
    command = ["npm", "pack", f"{package.name}@{package.version}", "--json", "--pack-destination", str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - fixed words only
    return folder / str(json.loads(answer.stdout)[0]["filename"])


def member(archive: Path, *, path: str) -> bytes:
    """The bytes of one file of an npm package."""
    with tarfile.open(archive) as tar:
        handle = tar.extractfile(f"package/{path}")
        if handle is None:
            raise FileNotFoundError(f"{archive.name} holds no {path}")
        return handle.read()


def chosen_icons() -> list[str]:
    """Names in icons.txt, in order, without comments."""
    lines = (line.strip() for line in ICON_LIST.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def symbol(name: str, *, nodes: list[tuple[str, dict[str, str]]]) -> str:
    """One icon as a symbol; fill, colour and width of its lines are left to the style sheet."""
    shapes = "".join(
        f"<{tag} " + " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items()) + "/>"
        for tag, attributes in nodes
    )
    look = 'stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="tabler-{name}" viewBox="0 0 24 24" {look}>{shapes}</symbol>'


def write_sprite(archive: Path) -> None:
    """Gather the chosen icons in one file, so that a page costs one request for all of them."""
    nodes = json.loads(member(archive, path=ICON_NODES))
    unknown = [name for name in chosen_icons() if name not in nodes]
    if unknown:
        raise SystemExit(f"icons.txt names icons that the package lacks: {', '.join(unknown)}")
    symbols = "\n".join(symbol(name, nodes=nodes[name]) for name in chosen_icons())
    SPRITE.parent.mkdir(parents=True, exist_ok=True)
    SPRITE.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n', encoding="utf-8")


def entry(path: Path) -> dict[str, str | int]:
    """What the record says of one file."""
    content = path.read_bytes()
    return {
        "path": path.relative_to(ROOT).as_posix(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def targets(package: Package) -> list[Path]:
    """Every file of this repository that comes from the package."""
    paths = [target for _, target in package.files]
    return [*paths, SPRITE] if package.name == "@tabler/icons" else paths


def fetch() -> None:
    """Fetch all packages, write their files and the record."""
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            archive = pack(package, folder=Path(folder))
            for source, target in package.files:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(member(archive, path=source))
            if package.name == "@tabler/icons":
                write_sprite(archive)
    record = [
        {
            "name": package.name,
            "version": package.version,
            "licence": package.licence,
            "files": [entry(path) for path in targets(package)],
        }
        for package in PACKAGES
    ]
    MANIFEST.write_text(json.dumps({"packages": record}, indent=2) + "\n", encoding="utf-8")


def differences() -> list[str]:
    """Recorded files that are missing or were changed by hand."""
    recorded = json.loads(MANIFEST.read_text(encoding="utf-8"))["packages"]
    found = []
    for file in (file for package in recorded for file in package["files"]):
        path = ROOT / file["path"]
        if not path.is_file():
            found.append(f"{file['path']}: missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
            found.append(f"{file['path']}: not the recorded SHA-256")
    return found


def run() -> int:
    """Command line: fetch, or check; 1 if a committed file differs from the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare files with the record, fetch nothing")
    if not parser.parse_args().check:
        fetch()
    found = differences()
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(run())
