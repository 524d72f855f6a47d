"""The people of a test, each in a browser profile of their own, who do what a person does on the pages."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from sessions.tests.e2e.stack import Account, Stack
from sessions.tests.e2e.waiting import PATIENCE_SECONDS
from sessions.tests.e2e.words import word

LOCALES = {"en": "en-GB", "ja": "ja-JP"}
PATIENCE_MS = PATIENCE_SECONDS * 1000

# Reports every blocked script, style or connection; Playwright's console alone would miss those of workers and frames.
WATCH_POLICY = """
document.addEventListener('securitypolicyviolation', event =>
  console.error(`CSP-VIOLATION ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@dataclass
class Troubles:
    """What a page must never do in any test: throw, be blocked by the content policy, open a dialog."""

    found: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of `context`."""
        context.add_init_script(WATCH_POLICY)
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))
        page.on("console", lambda line: "CSP-VIOLATION" in line.text and self.found.append(f"{page.url}: {line.text}"))
        page.on("dialog", lambda dialog: (self.found.append(f"{page.url}: dialog {dialog.message}"), dialog.dismiss()))


FETCH = """async ([method, path, body]) => {
  const token = document.querySelector('meta[name=csrf-token]')?.content ?? '';
  const headers = {'X-CSRFToken': token, Accept: 'application/json'};
  if (body !== null) headers['Content-Type'] = 'application/json';
  const options = {method, headers, signal: AbortSignal.timeout(10000)};
  if (body !== null) options.body = JSON.stringify(body);
  try {
    const answer = await fetch(path, options);
    return [answer.status, await answer.text()];
  } catch (error) {
    return [0, String(error)];
  }
}"""


class Person:
    """Somebody with a browser. `word` says a name of the product in the person's language."""

    area = "customer"

    def __init__(self, people: "People", context: BrowserContext, language: str) -> None:
        """Open the person's first tab."""
        self.people, self.stack, self.context, self.language = people, people.stack, context, language
        self.page = context.new_page()

    def word(self, english: str) -> str:
        """Return the product's word in this person's language."""
        return word(self.language, english, self.area)

    def button(self, english: str, page: Page | None = None) -> Locator:
        """Return the button with this accessible name."""
        return (page or self.page).get_by_role("button", name=self.word(english), exact=True)

    def press(self, english: str) -> None:
        """Press the button with this accessible name."""
        self.button(english).click(timeout=PATIENCE_MS)

    def sees(self, text: str | re.Pattern[str], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the page shows `text`."""
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=seconds * 1000)

    def api(self, method: str, path: str, body: object | None = None) -> tuple[int, Any]:
        """Call the API as this page would, with its cookies and CSRF token; status 0 means that nobody answered."""
        status, text = self.page.evaluate(FETCH, [method, f"/api/v1/{path}", body])
        return int(status), json.loads(text) if text.startswith(("{", "[")) else text

    def say(self, text: str) -> None:
        """Write a chat message to everyone."""
        field = self.page.get_by_role("textbox", name=self.word("Message"), exact=True)
        field.fill(text)
        self.press("Send")

    def snapshot(self, session: str) -> dict[str, Any]:
        """Return the session as the server tells this person."""
        status, answer = self.api("GET", f"sessions/{session}/")
        assert status == 200, (status, answer)
        return dict(answer)


class Csr(Person):
    """A representative at the console."""

    area = "console"
    session = ""
    number = ""

    def sign_in(self, account: Account) -> None:
        """Sign in by the form, as on a first day."""
        self.page.goto(f"{self.people.base_of(account.host)}/console/")
        self.page.locator("input[type=email]").fill(account.email)
        self.page.locator("input[type=password]").fill(account.password)
        self.page.locator("form button[type=submit]").last.click()
        self.at_console()

    def at_console(self) -> None:
        """Wait until the console is ready for work."""
        expect(self.button("Start session").first).to_be_visible(timeout=PATIENCE_MS)

    def open_console(self, session: str = "") -> None:
        """Go to the console, at one session if named."""
        self.page.goto(f"{self.stack.base}/console/" + (f"s/{session}/" if session else ""))
        self.at_console()

    def start_session(self) -> str:
        """Start an outbound session by the dialog and return its number (nine digits)."""
        self.press("Start session")
        dialog = self.page.get_by_role("dialog")
        for choice in dialog.locator("select[required]").all():
            choice.select_option(index=1)
        dialog.get_by_role("button", name=self.word("Start session"), exact=True).click()
        self.page.wait_for_url(re.compile(r"/console/s/[\w-]+/$"), timeout=PATIENCE_MS)
        self.session = re.sub(r".*/s/([\w-]+)/$", r"\1", self.page.url)
        self.number = self.snapshot(self.session)["number"]
        return self.number

    def go_home(self) -> None:
        """End the session, so that no later test meets it."""
        if self.session and not self.page.is_closed():
            self.api("POST", f"sessions/{self.session}/end/")

    def tool(self, english: str, tab: str = "Desktop") -> Locator:
        """Open a tab of the tool strip and return its button."""
        self.page.get_by_role("tab", name=self.word(tab), exact=True).click(timeout=PATIENCE_MS)
        strip = self.page.locator("[data-region=tools]")
        return strip.get_by_role("button", name=re.compile(f"^{re.escape(self.word(english))}"))

    def ask(self, english: str, tab: str = "Desktop") -> None:
        """Press one of the four actions of a tab, e.g. "Request view"."""
        self.tool(english, tab).click(timeout=PATIENCE_MS)

    def grants(self) -> list[dict[str, Any]]:
        """Return the active grants of the session."""
        return [grant for grant in self.snapshot(self.session)["grants"] if grant["state"] == "active"]


class Customer(Person):
    """A visitor with a number and a name, and no account."""

    def join(self, number: str, name: str = "Hannah Lindqvist") -> None:
        """Join by the form and wait for the session's page."""
        self.page.goto(f"{self.stack.base}/")
        self.page.get_by_label(self.word("Support number"), exact=True).fill(number)
        self.page.get_by_label(self.word("Your name"), exact=True).fill(name)
        self.press("Join")
        self.page.wait_for_url(re.compile(r"/s/[\w-]+/$"), timeout=PATIENCE_MS)

    @property
    def session(self) -> str:
        """Return the session's id, from the address."""
        return re.sub(r".*/s/([\w-]+)/.*", r"\1", self.page.url)


class People:
    """Makes people for one test and sees them off; nobody may leave a trouble behind."""

    def __init__(self, stack: Stack, csr_browser: Browser, customer_browser: Browser) -> None:
        """Remember the browsers; nobody is there yet."""
        self.stack, self._csr_browser, self._customer_browser = stack, csr_browser, customer_browser
        self.troubles = Troubles()
        self.everybody: list[Person] = []
        self._last: list[Callable[[], None]] = []

    def leave_behind(self, close: Callable[[], None]) -> None:
        """Have `close` called when everybody has gone, whatever the test did."""
        self._last.append(close)

    def base_of(self, host: str) -> str:
        """Return the address of a site of this installation."""
        return f"http://{host}:{self.stack.port}"

    def _context(self, browser: Browser, language: str, options: dict[str, Any]) -> BrowserContext:
        options = {"viewport": {"width": 1440, "height": 900}, "locale": LOCALES[language]} | options
        script = options.pop("script", None)
        context = browser.new_context(**options)
        if script:
            context.add_init_script(script)
        context.set_default_timeout(PATIENCE_MS)
        self.troubles.watch(context)
        address = {"name": "django_language", "value": language, "url": self.stack.base}
        context.add_cookies([address])  # type: ignore[list-item]
        return context

    def csr(
        self, *, role: str = "csr", number: int = 0, language: str = "en", host: str = "localhost", **options: Any
    ) -> Csr:
        """Return a signed-in CSR; each account signs in by the form once in a run, later by its cookie.

        `options` go to the browser's profile; `script` runs in each of its pages before the page's own.
        """
        account = self.stack.account(role, host=host, number=number)
        kept = self.stack.folder / f"login-{host}-{role}-{number}.json"
        fresh = not kept.exists()
        if not fresh:
            options["storage_state"] = str(kept)
        csr = Csr(self, self._context(self._csr_browser, language, options), language)
        self.everybody.append(csr)
        if fresh:
            csr.sign_in(account)
            csr.context.storage_state(path=kept)
        else:
            csr.page.goto(f"{self.base_of(host)}/console/")
            csr.at_console()
        return csr

    def newcomer(self, language: str = "en") -> Csr:
        """Return a CSR who has not signed in yet."""
        csr = Csr(self, self._context(self._csr_browser, language, {}), language)
        self.everybody.append(csr)
        return csr

    def customer(self, *, language: str = "en", browser: Browser | None = None, **options: Any) -> Customer:
        """Return a customer with an empty profile."""
        customer = Customer(self, self._context(browser or self._customer_browser, language, options), language)
        self.everybody.append(customer)
        return customer

    def close(self, failed: Path | None) -> None:
        """Close every profile; keep pictures and texts when `failed` names a folder."""
        for place, person in enumerate(self.everybody):
            if failed:
                failed.mkdir(parents=True, exist_ok=True)
                for tab, page in enumerate(person.context.pages):
                    page.screenshot(path=failed / f"{place}-{tab}-{type(person).__name__}.png", timeout=5000)
                    (failed / f"{place}-{tab}.html").write_text(page.content())
        for person in self.everybody:
            if isinstance(person, Csr):
                person.go_home()
        for person in self.everybody:
            person.context.close()
        for close in self._last:
            close()
        assert not self.troubles.found, self.troubles.found
