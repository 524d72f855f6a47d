"""The addresses that configure an installation."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, storages
from django.test import override_settings

from supportsite import env


def built(url: str):
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={"default": env.storage(url, Path("/srv/uploads")), "staticfiles": static}):
        return storages["default"]


def test_uploads_lie_in_a_directory_unless_said_otherwise():
    assert isinstance(built(""), FileSystemStorage)
    assert built("").location == "/srv/uploads"
    assert built("file:///mnt/up%20loads").location == "/mnt/up loads"


def test_a_bucket_takes_the_place_of_the_directory_and_signs_its_links():
    link = built("s3://key:s%2Fcret@s3.example:9000/uploads?region=eu-1").url("a/b.txt")
    assert link.startswith("https://s3.example:9000/uploads/a/b.txt?")
    assert "Signature" in link
    assert "s/cret" not in link
    assert built("s3://key:secret@127.0.0.1:9000/uploads?tls=0").url("x").startswith("http://127.0.0.1:9000/uploads/x?")


@pytest.mark.parametrize("url", ["ftp://host/x", "s3://host/bucket", "s3://key:hidden@host", "s3://key:hidden@/bucket"])
def test_a_mistyped_storage_stops_the_start_without_telling_its_secret(url):
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.storage(url, Path("/srv/uploads"))
    assert "STORAGE_URL" in str(refusal.value)
    assert "hidden" not in str(refusal.value)
