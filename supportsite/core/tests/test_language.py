"""People read the language they chose, then their browser's, then the site's."""

import pytest

from supportsite.core import language


@pytest.mark.parametrize(
    ("query", "cookie", "header", "expected"),
    [
        ("", "", "", "en"),
        ("", "", "ja-JP,en;q=0.5", "ja"),
        ("", "", "de,ja;q=0.3,en;q=0.2", "ja"),
        ("", "en", "ja", "en"),
        ("ja", "en", "en", "ja"),
        ("xx", "", "ja", "ja"),
        ("", "x" * 4000, "", "en"),
        ("", "", "*;q=,,;;" * 50, "en"),
    ],
)
def test_the_nearest_choice_wins(rf, query, cookie, header, expected):
    request = rf.get("/", {"lang": query} if query else {}, headers={"Accept-Language": header})
    request.COOKIES["django_language"] = cookie
    assert language.choose(request) == expected


def test_the_sites_language_is_the_last_resort(rf):
    request = rf.get("/")
    request.site = type("Site", (), {"default_language": "ja"})()
    assert language.choose(request) == "ja"


def test_a_choice_by_address_is_kept(client, site):
    answer = client.get("/nothing/?lang=ja")
    assert answer.cookies["django_language"].value == "ja"
    assert answer["Content-Language"] == "ja"
    assert 'lang="ja"' in client.get("/nothing/").content.decode()
