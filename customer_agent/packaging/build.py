"""`python -m customer_agent.packaging.build`: writes the one-file download for this system into VAR_DIR/downloads.

The archive holds what is installed in the Python that runs this; nothing is fetched, and the same inputs give the
same bytes.
"""

import argparse
import hashlib
import json
import logging
import os
import platform
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from customer_agent import VERSION
from customer_agent.packaging.distributions import files_of, needed_distributions

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
OWN = ("customer_agent/**/*.py", "customer_agent/**/*.po", "supportsite/__init__.py", "supportsite/protocol/*.py")
OWN_SKIPPED = frozenset({"tests", "packaging", "__pycache__"})
STAMP = (2026, 1, 1, 0, 0, 0)
SHEBANG = b"#!/usr/bin/env python3\n"


def file_name() -> str:
    """Return the name of this system's download."""
    return f"support-manager-{platform.system().lower()}-{platform.machine()}.pyz"


def own_files() -> Iterator[tuple[str, Path]]:
    """Yield the program's own files."""
    for pattern in OWN:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT)
            if not OWN_SKIPPED.intersection(name.parts):
                yield name.as_posix(), path


def build(folder: Path) -> Path:
    """Write the archive and, beside it, a JSON of its size and SHA-256; both appear whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file_name()
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as stream:
        stream.write(SHEBANG)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            _write(archive, "__main__.py", Path(__file__).with_name("bootstrap.py"))
            for name, path in own_files():
                _write(archive, f"lib/{name}", path)
            for distribution in needed_distributions():
                for name, path in sorted(files_of(distribution)):
                    _write(archive, f"lib/{name}", path)
    unfinished.chmod(0o755)
    with unfinished.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    facts = {
        "file": target.name,
        "size": unfinished.stat().st_size,
        "sha256": digest,
        "version": VERSION,
        "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    description = target.with_suffix(".json.part")
    description.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    unfinished.replace(target)
    description.replace(target.with_suffix(".json"))
    return target


def _write(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    info = zipfile.ZipInfo(name, STAMP)
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, path.read_bytes())


def main() -> None:
    """Build into the given folder, or where the Downloads page looks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("VAR_DIR", ROOT / "var")) / "downloads")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    target = build(options.folder)
    log.info("%s, %d bytes", target, target.stat().st_size)


if __name__ == "__main__":
    main()
