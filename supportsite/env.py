"""Reads the few addresses that configure an installation, so that settings.py stays a list of decisions.

Every backing service is one URL; a mistyped one stops the start with its name, never with its password.
"""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for `postgres://user:password@host:port/name?host=/socket/dir&sslmode=…`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must be postgres://…; no other database is supported.")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "supportsite.core.pgrls",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": dict(query),
        "CONN_HEALTH_CHECKS": True,  # a pooled connection may be of a server that has gone
    }


def broker(redis_url: str) -> str:
    """Return Celery's spelling of a redis URL (`unix://…?db=1` is `redis+socket://…?virtual_host=1` there)."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    number = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={number}"


def email(url: str) -> dict[str, Any]:
    """Return Django's e-mail settings for `console:`, `file:///dir`, `smtp://…` (STARTTLS) or `smtps://…`."""
    parts = urlsplit(url)
    backends = {"console": "console", "file": "filebased", "memory": "locmem", "smtp": "smtp", "smtps": "smtp"}
    if parts.scheme not in backends:
        raise ImproperlyConfigured("EMAIL_URL must begin with console:, file:, memory:, smtp: or smtps:.")
    settings: dict[str, Any] = {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backends[parts.scheme]}.EmailBackend",
        "EMAIL_FILE_PATH": unquote(parts.path) if parts.scheme == "file" else None,
    }
    if backends[parts.scheme] == "smtp":
        tls = parts.scheme == "smtps"
        settings |= {
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": parts.port or (465 if tls else 587),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": tls,
            "EMAIL_USE_TLS": not tls and dict(parse_qsl(parts.query)).get("starttls", "1") == "1",
            "EMAIL_TIMEOUT": 10,
        }
    return settings


def storage(url: str, default: Path) -> dict[str, Any]:
    """Return Django's default file storage.

    A directory (`file:///dir`, or `default` where the URL is empty), or a bucket of an S3-compatible service:
    `s3://KEY:SECRET@host:port/bucket?region=…`, by HTTPS unless `&tls=0`.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _bucket(parts)}
    if parts.scheme not in {"", "file"}:
        raise ImproperlyConfigured("STORAGE_URL must be file:///directory or s3://key:secret@host/bucket.")
    location = unquote(parts.path) if parts.scheme == "file" else str(default)
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}}


def _bucket(parts: SplitResult) -> dict[str, Any]:
    query = dict(parse_qsl(parts.query))
    bucket = parts.path.strip("/")
    if not (parts.hostname and bucket and parts.username and parts.password):
        raise ImproperlyConfigured("STORAGE_URL must be s3://key:secret@host/bucket.")
    scheme = "http" if query.get("tls") == "0" else "https"
    port = f":{parts.port}" if parts.port else ""
    return {
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        "bucket_name": bucket,
        "endpoint_url": f"{scheme}://{parts.hostname}{port}",
        "region_name": query.get("region"),
        "querystring_auth": True,
        "querystring_expire": 300,
        "default_acl": None,
        "file_overwrite": False,
    }


def secret(path: Path) -> str:
    """Return the secret kept in `path`; raise where the file is missing, empty or open to others."""
    if not path.is_file():
        raise ImproperlyConfigured(f"SECRET_KEY is not set and {path} does not exist; `dev.py up` makes one.")
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} must be readable by its owner only (chmod 600).")
    value = path.read_text(encoding="ascii").strip()
    if len(value) < 50:
        raise ImproperlyConfigured(f"{path} must hold at least 50 characters.")
    return value
