"""Which language a person reads: what they chose, what their browser asks for, what the site speaks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

QUERY_KEY = "lang"


def supported(code: str | None) -> str | None:
    """Return the language of ours that a code means (`ja-JP` is `ja`), or None."""
    if not code or len(code) > 35:
        return None
    short = code.lower().replace("_", "-").split("-")[0]
    return short if short in dict(settings.LANGUAGES) else None


def accepted(header: str) -> str | None:
    """Return the first of our languages in an Accept-Language header, or None."""
    for code, _quality in parse_accept_lang_header(header[:500]):
        if found := supported(code):
            return found
    return None


def choose(request: HttpRequest) -> str:
    """Return the language of a request: query, cookie, browser, site, English."""
    site = getattr(request, "site", None)
    return (
        supported(request.GET.get(QUERY_KEY))
        or supported(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))
        or accepted(request.headers.get("Accept-Language", ""))
        or supported(getattr(site, "default_language", None))
        or settings.LANGUAGE_CODE
    )


@contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Use a language (or English, where it is not one of ours) inside the block, as for a mail or another's page."""
    with translation.override(supported(code) or settings.LANGUAGE_CODE):
        yield


class LanguageMiddleware:
    """Activates the language of the request and keeps one chosen by `?lang=` in the cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(self._begin(request)):
            return self._finish(request, self.get_response(request))

    @staticmethod
    def _begin(request: HttpRequest) -> str:
        request.LANGUAGE_CODE = choose(request)
        return request.LANGUAGE_CODE

    @staticmethod
    def _finish(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        if code := supported(request.GET.get(QUERY_KEY)):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                code,
                max_age=365 * 24 * 3600,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite="Lax",
            )
        return response
