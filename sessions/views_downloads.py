"""The Downloads page: Support Manager for the visitor's system, or plainly that there is none yet.

The files are built by `customer_agent.packaging.build` into VAR_DIR/downloads; nothing a visitor sends names a file.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sessions.http import address_of
from supportsite.core import pages
from supportsite.core.ratelimit import take
from supportsite.core.tenancy import origin_of

LINUX_FILE = "support-manager-linux-x86_64.pyz"
CHUNK_BYTES = 256 * 1024
DOWNLOADS_PER_10_MIN = 20
MAX_DESCRIPTION_BYTES = 4096


@dataclass(frozen=True)
class Download:
    """A finished download. `size` in bytes."""

    path: Path
    size: int
    sha256: str
    version: str


def find_linux_download() -> Download | None:
    """Return the download for Linux, or None while it is not (wholly) built."""
    path = Path(settings.VAR_DIR) / "downloads" / LINUX_FILE
    description = path.with_suffix(".json")
    try:
        if description.stat().st_size > MAX_DESCRIPTION_BYTES:
            return None
        facts = json.loads(description.read_text(encoding="utf-8"))
        if path.stat().st_size != facts["size"]:
            return None
        return Download(path, int(facts["size"]), str(facts["sha256"]), str(facts["version"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def detect_system(user_agent: str) -> str:
    """Return `linux`, `windows`, `macos`, `phone` or `other` for a User-Agent header."""
    text = user_agent.lower()
    if any(word in text for word in ("android", "iphone", "ipad", "mobile")):
        return "phone"
    for word, system in (("windows", "windows"), ("mac os", "macos"), ("macintosh", "macos"), ("linux", "linux")):
        if word in text:
            return system
    return "other"


@never_cache
@require_safe
def downloads(request: HttpRequest) -> HttpResponse:
    """Show what there is for the visitor's system first, then for the others."""
    site: Any = request.site
    linux = find_linux_download()
    context = {
        "system": detect_system(request.headers.get("User-Agent", "")),
        "linux": linux,
        "megabytes": round(linux.size / 1_000_000) if linux else 0,
        "file": LINUX_FILE,
        "address": origin_of(site),
    }
    return render(request, "downloads/downloads.html", context)


@never_cache
@require_safe
async def support_manager_linux(request: HttpRequest) -> HttpResponseBase:
    """Send the file; the missing page while it is being built."""
    found = await asyncio.to_thread(find_linux_download)
    if found is None:
        return await asyncio.to_thread(pages.not_found, request, None)
    limit = await asyncio.to_thread(
        take, f"download:{address_of(request)}", rate=DOWNLOADS_PER_10_MIN, per_s=600, burst=DOWNLOADS_PER_10_MIN
    )
    if not limit.allowed:
        return await asyncio.to_thread(pages.error_answer, request, "rate_limited", 429)
    response = StreamingHttpResponse(_chunks(found), content_type="application/octet-stream")
    response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = f'attachment; filename="{LINUX_FILE}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _chunks(download: Download) -> AsyncIterator[bytes]:
    """Read the file beside the event loop; a build that replaces it meanwhile does not touch the open one."""
    stream = await asyncio.to_thread(download.path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(stream.read, CHUNK_BYTES):
            yield chunk
    finally:
        await asyncio.to_thread(stream.close)
