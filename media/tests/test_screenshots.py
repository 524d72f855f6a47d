"""Stills of shared pictures: who takes and reads them, what counts as a picture, how they are kept and sent."""

import hashlib
import struct
from zlib import compress, crc32

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.services import SYSTEM_ACTOR, change_access
from accounts.tests.factories import MembershipFactory
from media import services
from media.models import Screenshot
from media.png import read_size
from media.selectors import access_screenshot, list_screenshots
from media.services import take_screenshot
from sessions.models import SessionEvent
from sessions.selectors.access import Access
from sessions.selectors.receipt import get_receipt
from sessions.services import grants, joining, lifecycle
from sessions.tests import callers
from sessions.tests.scene import CONTROL, VIEW, verify_service
from sessions.tests.test_capabilities import Stage
from supportsite.core.errors import AppError
from supportsite.core.tenancy import site_scope
from supportsite.protocol.base import Capability


def chunk(kind, body=b""):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc32(kind + body))


def png(width=2, height=1, *, extra=b"", grey=0):
    """A whole PNG file of one grey."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"" if width * height > 1000 else (b"\0" + bytes([grey]) * width) * height
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", compress(rows)) + extra + chunk(b"IEND")


@pytest.fixture
def stage(site, tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    return Stage(site)


def page(stage):
    return Access(stage.scene.csr.support_session, stage.scene.csr.person)


@pytest.mark.django_db
@pytest.mark.parametrize("capability", [VIEW, CONTROL, Capability.VIEW_APPLICATION])
def test_a_csr_who_sees_a_shared_screen_saves_a_still_and_everyone_is_told(stage, capability, tmp_path):
    grant = stage.give(capability)
    data = png(640, 480)
    with verify_service(stage.scene):
        shot = take_screenshot(page(stage), data)
    event = SessionEvent.objects.get(support_session=stage.scene.session, type="screenshot.taken")
    info = event.data["screenshot"]
    assert (info["width"], info["height"], info["size"]) == (640, 480, len(data))
    assert (info["sha256"], info["grant"]) == (hashlib.sha256(data).hexdigest(), grant.public_id)
    assert event.audience == "everyone"
    (stored,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert stored.read_bytes() == data
    assert shot.public_id not in stored.name
    for language, words in (("en", "saved a still"), ("ja", "スクリーンショット")):
        items = get_receipt(stage.customer, language=language)["items"]
        assert any(words in item["text"] and stage.scene.csr.person.name in item["text"] for item in items)


@pytest.mark.django_db
def test_nobody_saves_what_they_do_not_see(stage, django_capture_on_commit_callbacks, tmp_path):
    scene = stage.scene
    with pytest.raises(AppError, match="grant_not_active"):
        take_screenshot(page(stage), png())
    share = stage.give(Capability.SHARE_VIEW_DESKTOP)
    with pytest.raises(AppError, match="grant_not_active"):  # her own screen
        take_screenshot(page(stage), png())
    take_screenshot(stage.assistant, png())
    grants.stop_grant(stage.customer, share.public_id, cause=None)
    view = stage.give(VIEW)
    for access in (stage.customer, stage.manager.access, stage.computer.access):
        with pytest.raises(AppError, match="not_found"):
            take_screenshot(access, png(grey=1))
    MembershipFactory(site=scene.site, role="admin")
    with django_capture_on_commit_callbacks(execute=True):
        change_access(scene.member, actor=SYSTEM_ACTOR, privileges={"screenshot.take": "deny"})
    with pytest.raises(AppError, match="privilege_missing"):
        take_screenshot(page(stage), png(grey=1))
    grants.stop_grant(stage.customer, view.public_id, cause=None)
    with pytest.raises(AppError, match="grant_not_active"):
        take_screenshot(stage.assistant, png(grey=1))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db
def test_the_same_picture_again_is_the_same_screenshot_and_fifty_are_enough(stage, monkeypatch):
    stage.give(VIEW)
    first = take_screenshot(page(stage), png())
    assert take_screenshot(page(stage), png()).pk == first.pk
    assert take_screenshot(stage.assistant, png()).pk != first.pk
    monkeypatch.setattr(services, "SCREENSHOTS_PER_SESSION", 2)
    with pytest.raises(AppError, match="screenshot_limit"):
        take_screenshot(page(stage), png(grey=9))


@pytest.mark.django_db
def test_a_grant_that_ends_while_the_file_is_written_leaves_no_file(stage, monkeypatch, tmp_path):
    grant = stage.give(VIEW)
    save = FileSystemStorage.save

    def save_and_stop(storage, name, content):
        grants.stop_grant(stage.customer, grant.public_id, cause=None)
        return save(storage, name, content)

    monkeypatch.setattr(FileSystemStorage, "save", save_and_stop)
    with pytest.raises(AppError, match="grant_not_active"):
        take_screenshot(page(stage), png())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not Screenshot.objects.exists()


@pytest.mark.django_db
def test_a_still_is_read_by_the_people_of_its_session_until_they_left(stage, other_site):
    scene = stage.scene
    stage.give(VIEW)
    lobby = scene.join("Outside")
    second = scene.join("Ben")
    joining.admit_participant(scene.csr, second.person.public_id)
    gone = scene.assist()
    lifecycle.leave_session(gone)
    shot = take_screenshot(page(stage), png())
    for access in (page(stage), stage.customer, second, stage.assistant):
        assert access_screenshot(_fresh(access), shot.public_id) == shot
    stranger = Stage(scene.site)
    for access in (lobby, gone, stage.manager.access, stage.computer.access, stranger.customer, page(stranger)):
        with pytest.raises(AppError, match="not_found"):
            access_screenshot(_fresh(access), shot.public_id)
    lifecycle.end_session(scene.csr)
    assert list(list_screenshots(_fresh(stage.customer))) == [shot]
    with site_scope(other_site):
        assert not Screenshot.objects.exists()


def _fresh(access):
    person = type(access.person).objects.get(pk=access.person.pk)
    return Access(access.support_session, person, access.endpoint)


@pytest.mark.django_db
def test_over_http_a_still_comes_as_a_file_that_no_page_can_be_made_of(stage):
    scene = stage.scene
    stage.give(VIEW)
    csr, customer = callers.member(scene.site, scene.member), callers.customer(scene.site, stage.customer.endpoint)
    path = f"/api/v1/sessions/{scene.session.public_id}/screenshots/"

    def post(body, kind="image/png"):
        return csr.client.generic("POST", path, data=body, content_type=kind, headers=csr.headers)

    made = post(png())
    assert made.status_code == 201
    assert post(png()).json() == made.json()
    for body, kind, status in (
        (png(), "application/json", 415),
        (png(), "image/svg+xml", 415),
        (b"", "image/png", 400),
        (b"<svg onload=alert(1)>", "image/png", 400),
        (png()[:-1], "image/png", 400),
        (b"\x89PNG\r\n\x1a\n" + b"x" * settings.SCREENSHOT_MAX_BYTES, "image/png", 413),
    ):
        answer = post(body, kind)
        assert answer.status_code == status, answer.content
        assert set(answer.json()) == {"code", "message", "data", "ref"}
    listed = customer("GET", path.removeprefix("/api/v1/")).json()["results"]
    assert [item["id"] for item in listed] == [made.json()["id"]]
    file = customer("GET", f"{path.removeprefix('/api/v1/')}{listed[0]['id']}/")
    assert file.content == png()
    assert file["Content-Type"] == "image/png"
    assert file["Content-Disposition"].startswith("attachment; ")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in file["Cache-Control"]
    assert Client(headers={"host": scene.site.host}).get(f"{path}{listed[0]['id']}/").status_code in {401, 403}


BAD = {
    "empty": b"",
    "text": b"hello",
    "signature only": b"\x89PNG\r\n\x1a\n",
    "cut off": png()[:-5],
    "trailing page": png() + b"<script>",
    "a second file": png() + png(),
    "wrong checksum": png()[:20] + b"\x09" + png()[21:],
    "no width": png(0, 1),
    "too wide": png(16385, 1),
    "too high": png(1, 2**31),
    "no header": b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"x") + chunk(b"IEND"),
    "two headers": png(extra=chunk(b"IHDR", b"\0" * 13)),
    "short header": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 12) + chunk(b"IEND"),
    "length that lies": b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 2**32 - 1) + b"IHDR" + b"\0" * 30,
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_what_is_no_whole_png_of_a_sane_size_is_refused(data):
    with pytest.raises(ValueError, match=r"signature|cut off|order|checksum|header|large"):
        read_size(data)


def test_sizes_up_to_the_limit_are_read_from_the_header():
    assert read_size(png(16384, 16384)) == (16384, 16384)
    assert read_size(png(3, 2, extra=chunk(b"tEXt", b"a\0b"))) == (3, 2)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(tail):
    for data in (tail, png()[:33] + tail, png()[:-12] + tail):
        try:
            width, height = read_size(data)
        except ValueError:
            continue
        assert (width, height) == (2, 1)
