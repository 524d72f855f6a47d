"""Error pages are in the product's look and in the reader's language, and one is there even when nothing works."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from supportsite.core import pages


@pytest.fixture
def request_for_page(site):
    request = RequestFactory().get("/somewhere/")
    request.site = site
    return request


@pytest.mark.parametrize(
    ("answer", "status", "english", "japanese"),
    [
        (pages.bad_request, 400, "could not be understood", "理解できません"),
        (pages.forbidden, 403, "not allowed", "できません"),
        (pages.csrf_failure, 403, "out of date", "有効期限"),
        (pages.not_found, 404, "nothing here", "見つかりません"),
        (pages.too_many, 429, "Too many", "多すぎます"),
        (pages.server_error, 500, "went wrong", "問題が発生"),
    ],
)
def test_each_page_speaks_both_languages(request_for_page, answer, status, english, japanese):
    for code, words in (("en", english), ("ja", japanese)):
        with translation.override(code):
            page = answer(request_for_page)
        assert page.status_code == status
        assert words in page.content.decode()
        assert f'<html lang="{code}"' in page.content.decode()


def test_a_broken_template_still_gives_a_page(request_for_page, monkeypatch):
    real = pages.render

    def broken(request, template, *args, **kwargs):
        if template == "errors/500.html":
            raise ZeroDivisionError
        return real(request, template, *args, **kwargs)

    monkeypatch.setattr(pages, "render", broken)
    page = pages.server_error(request_for_page)
    assert page.status_code == 500
    assert "went wrong" in page.content.decode()
