"""pytest plugin, loaded before Django's settings are: gives each xdist worker its own part of the services.

Without DATABASE_URL and REDIS_URL the services of a running `dev.py up` are used, with databases of their own.
"""

import os
import secrets

from supportsite.devtools.paths import chosen
from supportsite.devtools.servers import database_urls, redis_url

FIRST_TEST_DATABASE = 1  # of Valkey; 0 belongs to the demo site


def _prepare() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = FIRST_TEST_DATABASE + int(worker.removeprefix("gw") or 0) % 14
    paths = chosen()
    for name, url in database_urls(paths).items():
        os.environ.setdefault(name, url)
    base = os.environ.get("REDIS_URL", redis_url(paths)).split("?", maxsplit=1)[0]
    os.environ["REDIS_URL"] = f"{base}?db={number}"
    os.environ["REDIS_PREFIX"] = f"test{number}"
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.setdefault("PUBLIC_SCHEME", "http")
    os.environ.setdefault("PUBLIC_PORT", "80")
    os.environ.setdefault("EMAIL_URL", "memory:")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("STATIC_FROM_SOURCE", "1")
    (paths.var / "static").mkdir(mode=0o700, exist_ok=True)
    os.environ["DATABASE_POOL"] = "0"


_prepare()
