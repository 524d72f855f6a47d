"""Which installed packages the Support Manager needs, found from their own metadata."""

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOTS = ("aiohttp", "aiortc", "av", "cryptography", "jeepney", "mss", "numpy", "polib", "pydantic", "xcffib")
# Listed by their metadata, but imported by nothing that this program uses.
UNUSED = frozenset({"pip", "setuptools", "wheel"})
SKIPPED_PARTS = frozenset({"__pycache__", "tests", "testing", "_examples", "f2py", "include", "sample_programs"})
SKIPPED_SUFFIXES = (".pyc", ".pyi", ".pyx", ".pxd", ".h", ".c", ".lib", ".a")
KEPT_PARTS = frozenset({("numpy", "testing")})


def needed_distributions() -> list[metadata.Distribution]:
    """Return the packages that the program needs here, by name. Raises PackageNotFoundError for a missing one."""
    found: dict[str, metadata.Distribution] = {}
    waiting = list(ROOTS)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found or name in UNUSED:
            continue
        found[name] = metadata.distribution(name)
        for text in found[name].requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return [found[name] for name in sorted(found)]


def files_of(distribution: metadata.Distribution) -> Iterator[tuple[str, Path]]:
    """Yield (path inside the archive, file) for what a package runs with, and its licence texts."""
    for file in distribution.files or []:
        parts = file.parts
        if ".." in parts or not _is_kept(parts):
            continue
        located = Path(str(distribution.locate_file(file)))
        if located.is_file():
            yield file.as_posix(), located


def _is_kept(parts: tuple[str, ...]) -> bool:
    if parts[0].endswith(".dist-info"):
        name = parts[-1].lower()
        return name == "metadata" or "licenses" in parts or name.startswith(("licen", "copying", "notice"))
    if parts[:2] in KEPT_PARTS:
        return not parts[-1].endswith(SKIPPED_SUFFIXES)
    return not SKIPPED_PARTS.intersection(parts[:-1]) and not parts[-1].endswith(SKIPPED_SUFFIXES)
