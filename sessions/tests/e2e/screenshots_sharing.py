"""Pictures of what both people can share: applications, pointing and drawing, control, and the CSR's own computer."""

from typing import Protocol

from playwright.sync_api import Page, expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.film import Film
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.support_manager import SupportManager
from sessions.tests.e2e.waiting import until

PROGRAM = {"en": "Ledgerly", "ja": "レジャリー"}


class Pictures(Protocol):
    """What takes the pictures of one language."""

    people: People
    display: Display
    language: str

    def take(self, page: Page, name: str, title: str, kinds: str = "d") -> None:
        """Picture a page."""

    def desktop(self, name: str, title: str) -> None:
        """Picture the customer's own screen."""


class Sharing:
    """One session of sharing, with a film of its first part."""

    def __init__(self, pictures: Pictures, name: str, *, number: int) -> None:
        """Let the `number`-th CSR and a customer called `name` meet."""
        self.pictures, self.film = pictures, Film()
        self.csr: Csr = pictures.people.csr(language=pictures.language, number=number)
        self.customer = self._meet(name)
        self._name = name

    def _meet(self, name: str) -> Customer:
        customer = self.pictures.people.customer(language=self.pictures.language)
        customer.join(story.begin(self.csr, language=self.pictures.language), name)
        story.await_state(self.csr, "active")
        return customer

    def everything(self) -> None:
        """Take all pictures, then end the session."""
        manager = self._application()
        self._control(manager)
        self._pause(manager)
        self._end()
        self.pictures.take(self.customer.page, "ended-shared", "Customer's page: the receipt of what was shared", "dp")
        manager.close()
        self.customer = self._meet(self._name)
        self._own_computer()
        self._end()

    def _end(self) -> None:
        self.csr.go_home()
        self.customer.sees(self.customer.word("Save the receipt"))

    def _page(self, seconds: float = 1.6) -> None:
        self.film.add(self.csr.page.screenshot(animations="disabled"), seconds)

    def _screen(self, seconds: float = 2) -> None:
        self.film.add(self.pictures.display.picture("film").read_bytes(), seconds)

    def _application(self) -> SupportManager:
        """The customer chooses a window; the CSR sees it alone and points."""
        csr, customer, take = self.csr, self.customer, self.pictures.take
        csr.page.get_by_role("tab", name=csr.word("Application"), exact=True).click()
        self._page()
        csr.ask("Request view", tab="Application")
        expect(customer.page.get_by_role("alertdialog")).to_be_visible(timeout=PATIENCE_MS)
        take(customer.page, "session-application-asked", "Customer's page: asked for an application", "dp")
        take(csr.page, "console-application-pending", "Console: an application is asked for")
        self._page()
        manager = story.attach(customer, self.pictures.display)
        manager.await_consent()
        manager.choose(PROGRAM[self.pictures.language])
        until(manager.answerable, "Allow is enabled")
        self.pictures.desktop("support-manager-windows", "Support Manager: choose the windows to share")
        self._screen(3)
        manager.allow()
        story.await_share(csr, "screen.view.application")
        until(lambda: picture.frames(csr.page) > 5, "a picture is shown")
        self._page()
        self._point()
        take(csr.page, "console-application", "Console: an application, pointed at", "dn")
        self.pictures.desktop("support-manager-marks", "Support Manager: marks over the shared window, and the bar")
        self._screen()
        return manager

    def _point(self) -> None:
        page = self.csr.page
        box = until(lambda: page.locator(".screen").bounding_box(), "the picture is laid out")
        for tool, (start, end) in {
            "Box": ((0.175, 0.205), (0.985, 0.27)),
            "Arrow": ((0.3, 0.6), (0.36, 0.29)),
        }.items():
            page.get_by_role("button", name=self.csr.word(tool), exact=True).click()
            page.mouse.move(box["x"] + box["width"] * start[0], box["y"] + box["height"] * start[1])
            page.mouse.down()
            for step in range(1, 5):
                x, y = (a + (b - a) * step / 4 for a, b in zip(start, end, strict=True))
                page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
                self._page(0.2)
            page.mouse.up()
            self._page(0.8)

    def _control(self, manager: SupportManager) -> None:
        csr, take = self.csr, self.pictures.take
        csr.page.keyboard.press("Escape")
        csr.ask("Request control", tab="Application")
        manager.await_consent()
        until(manager.answerable, "Allow is enabled")
        self.pictures.desktop(
            "support-manager-application-control", "Support Manager: asked to let operate the windows"
        )
        self._screen(3)
        manager.allow()
        story.await_share(csr, "screen.control.application")
        csr.sees(csr.word("You are driving"))
        take(csr.page, "console-application-control", "Console: operating an application")
        self._page(2.4)
        csr.page.locator(".stagebar").get_by_role("button", name=csr.word("Special keys")).click()
        take(csr.page, "console-special-keys", "Console: special keys")
        csr.page.keyboard.press("Escape")
        csr.page.locator("[data-tool=screenshot]").click()
        expect(csr.page.locator(".shot img")).to_be_visible(timeout=PATIENCE_MS)
        csr.page.get_by_role("button", name=csr.word("Figures"), exact=True).click()
        take(csr.page, "console-figures", "Console: a saved screenshot, and the figures of the connection")
        csr.page.get_by_role("button", name=csr.word("Figures"), exact=True).click()
        take(self.customer.page, "session-application", "Customer's page: an application is operated", "dp")

    def _pause(self, manager: SupportManager) -> None:
        """The customer pauses by hand."""
        csr = self.csr
        csr.ask("Stop control", tab="Application")
        manager.press_in_bar(csr.word("Pause"))
        csr.sees(csr.word("Viewing paused"))
        self.pictures.take(csr.page, "console-paused", "Console: the customer paused")
        self.pictures.take(self.customer.page, "session-paused", "Customer's page: paused")
        manager.stop()
        story.await_no_grant(csr)

    def _own_computer(self) -> None:
        """The CSR's own computer, operated by the customer."""
        csr, customer, take = self.csr, self.customer, self.pictures.take
        csr.ask("Share control")
        manager = story.attach_own(csr, self.pictures.display)
        expect(customer.page.get_by_role("alertdialog")).to_be_visible(timeout=PATIENCE_MS)
        take(customer.page, "session-share-asked", "Customer's page: control of the CSR's desktop is offered", "dp")
        story.accept(customer)
        manager.allow()
        story.await_share(csr, "share.control.desktop")
        until(lambda: picture.frames(customer.page) > 2, "the customer sees it")
        until(lambda: manager.consent() is None, "the first window has gone")
        take(customer.page, "session-operates", "Customer's page: operating the CSR's desktop", "dp")
        take(csr.page, "console-own-computer", "Console: the customer operates the CSR's computer")
        manager.stop()
        story.await_no_grant(csr)
        manager.close()
