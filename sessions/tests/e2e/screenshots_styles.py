"""Pictures of the console's styles with several customers. `python -m sessions.tests.e2e.screenshots_styles` alone."""

from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from sessions.tests.e2e import picture, styles
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.test_accessibility import violations
from sessions.tests.e2e.test_tray import NO_PICTURE_IN_PICTURE, icon, switch_to_tray
from sessions.tests.e2e.waiting import until

if TYPE_CHECKING:
    from sessions.tests.e2e.screenshots import Album

NAMES = {"en": styles.NAMES, "ja": ("佐藤 花子", "森田 健二", "高橋 美咲", "鈴木 一郎")}
SAID = {
    "en": (
        "The PDF is empty again.",
        "It works now, thank you.",
        "Which button do you mean?",
        "One moment, I restart it.",
    ),
    "ja": (
        "またPDFが空白です。",
        "動きました。ありがとうございます。",
        "どのボタンのことですか。",
        "少々お待ちください。再起動します。",
    ),
}
ANSWER = {
    "en": "I would like to see it. You will be asked first.",
    "ja": "画面を見せてください。先に確認が表示されます。",
}


def _shown(csr: Csr, customer: Customer) -> None:
    """Wait until a customer's picture is on the CSR's page."""
    styles.shares(csr, customer)
    until(lambda: picture.pixel(csr.page, 0.5, 0.5), "a picture is shown")


def _tray(album: "Album", csr: Csr, customers: list[Customer], language: str) -> None:
    """Picture the tray: small, with a request and the chat, with the other panes."""

    def take(name: str, title: str, theme: str = "light") -> None:
        csr.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        tray.emulate_media(reduced_motion="reduce")
        tray.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        tray.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert violations(tray) == [], name
        album.keep(tray.screenshot(animations="disabled"), f"{name}-{language}" + "-dark" * (theme == "dark"), title)

    tray: Page = switch_to_tray(csr)
    tray.set_viewport_size({"width": 360, "height": 96})
    customers[-1].say(SAID[language][0])
    expect(icon(tray, csr.word("Chat")).locator(".badge")).to_be_visible(timeout=PATIENCE_MS)
    for theme in ("light", "dark"):
        take("tray", "Compact icon tray: small, over other programs", theme)
    tray.set_viewport_size({"width": 360, "height": 480})
    icon(tray, csr.word("Chat")).click()
    tray.get_by_role("textbox", name=csr.word("Message")).fill(ANSWER[language])
    tray.keyboard.press("Enter")
    icon(tray, csr.word("Request view")).click()
    expect(tray.locator(".ask")).to_be_visible(timeout=PATIENCE_MS)
    for theme in ("light", "dark"):
        take("tray-open", "Compact icon tray: open, with a request and the conversation", theme)
    icon(tray, csr.word("Application")).click()
    take("tray-application", "Compact icon tray: the Application tab")
    icon(tray, csr.word("Session")).click()
    take("tray-session", "Compact icon tray: the Session tab")
    csr.page.bring_to_front()


def pictures(album: "Album", people: People, language: str) -> None:
    """The multi-session window with four customers, then the tray."""
    csr = people.csr(language=language, script=NO_PICTURE_IN_PICTURE)
    put_back = styles.start_afresh(csr, people.stack)
    try:
        customers = styles.meet_all(people, csr, NAMES[language], language)
        styles.choose_style(csr, "multi")
        for customer, said in zip(customers, SAID[language], strict=True):
            customer.say(said)
        for customer in customers[:2]:
            styles.choose(csr, customer)
            _shown(csr, customer)
        styles.choose(csr, customers[0])
        for kind in ("d", "n"):
            album.take(csr.page, f"multi-{language}", "Multi-session window: four customers at once", kinds=kind)
        styles.choose_style(csr, "dashboard")
        csr.open_console(customers[-1].session)
        _tray(album, csr, customers, language)
    finally:
        put_back()


def main() -> None:
    """Make these pictures alone; the others stay."""
    from sessions.tests.e2e.screenshots import Album, everything

    album = Album(keep=True)
    with everything() as (people, _display):
        for language in ("en", "ja"):
            pictures(album, people, language)
    album.write_index()


if __name__ == "__main__":
    main()
