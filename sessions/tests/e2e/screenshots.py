"""Makes the pictures of docs/screenshots: every page and main state, as two people and a hand produce them.

`python -m sessions.tests.e2e.screenshots` starts an installation of its own and writes the pictures and their index.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import av.filter
from playwright.sync_api import Page, expect, sync_playwright

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.conftest import CHROMIUM, FLAGS
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.screenshots_acd import Queues
from sessions.tests.e2e.screenshots_sharing import Sharing
from sessions.tests.e2e.screenshots_styles import pictures as styles_pictures
from sessions.tests.e2e.stack import ROOT, Stack
from sessions.tests.e2e.waiting import until

FOLDER = ROOT / "docs" / "screenshots"
INDEX = ROOT / "docs" / "screenshots.md"
CSR_OF = {"en": 0, "ja": 1}  # whose account speaks the language: their own Support Manager does too
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
MAX_BYTES = 150_000
COLOURS = (256, 128, 64, 32)
SHOWN = re.compile(r"^!\[(.*): [\w-]+\]\(screenshots/([\w-]+)\.png\)$", re.MULTILINE)
TEXTS = {
    "en": {
        "customer": "Hannah Lindqvist",
        "second": "Erik Lindqvist",
        "csr": ["Hello Hannah, what can I do for you?", "I ask to see your desktop now. You decide."],
        "reply": "The invoice cannot be saved as PDF since this morning.",
        "note": "PDF folder is read-only since the update. Choose another folder, then report to the hosting team.",
    },
    "ja": {
        "customer": "佐藤 花子",
        "second": "佐藤 健",
        "csr": [
            "こんにちは。どうされましたか？",
            "デスクトップを見せていただけますか。許可するかはお客様がお決めください。",
        ],
        "reply": "今朝から請求書をPDFで保存できません。",
        "note": "更新後、PDFフォルダーが読み取り専用。別のフォルダーを選び、後でホスティング担当に連絡する。",
    },
}


class Album:
    """Takes pictures and remembers what each shows."""

    def __init__(self, *, keep: bool = False) -> None:
        """Begin with an empty folder, or with the pictures that are there."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.shown: dict[str, list[str]] = {}
        if keep:
            for title, name in SHOWN.findall(INDEX.read_text(encoding="utf-8")):
                self.shown.setdefault(title, []).append(name)
            return
        for old in FOLDER.glob("*.png"):
            old.unlink()

    def take(self, page: Page, name: str, title: str, *, kinds: str = "d") -> None:
        """Picture `page`: "d" as it is, "n" at night (dark), "p" as wide as a phone."""
        for kind in kinds:
            page.emulate_media(color_scheme="dark" if kind == "n" else "light", reduced_motion="reduce")
            page.set_viewport_size(PHONE if kind == "p" else DESKTOP)  # type: ignore[arg-type]
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            self.keep(
                page.screenshot(animations="disabled"), name + {"d": "", "n": "-dark", "p": "-phone"}[kind], title
            )
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]

    def keep(self, png: bytes, name: str, title: str) -> None:
        """Write one picture, with as many colours as fit its size."""
        path = FOLDER / f"{name}.png"
        path.write_bytes(png)
        for colours in COLOURS:
            small = _fewer_colours(path, colours)
            if len(small) <= MAX_BYTES:
                break
        path.write_bytes(min(small, png, key=len))
        names = self.shown.setdefault(title, [])
        if name not in names:
            names.append(name)

    def write_index(self) -> None:
        """Write the page that shows all pictures."""
        lines = [
            "# Screenshots",
            "",
            "Made by `python -m sessions.tests.e2e.screenshots` from a running installation;",
            "",
        ]
        lines[2] += " names and numbers are examples."
        for title, names in self.shown.items():
            lines += [f"## {title}", ""]
            lines += [f"![{title}: {name}](screenshots/{name}.png)" for name in names]
            lines.append("")
        INDEX.write_text("\n".join(lines), encoding="utf-8")


def _fewer_colours(path: Path, colours: int) -> bytes:
    """Return the picture as PNG with a palette of its own."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    graph = av.filter.Graph()
    form = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/25:pixel_aspect=1/1"
    source, split = graph.add("buffer", form), graph.add("split")
    palette = graph.add("palettegen", f"max_colors={colours}:reserve_transparent=0")
    use, sink = graph.add("paletteuse", "dither=none"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    source.push(frame)
    source.push(None)
    picture_ = sink.pull()
    coder = av.CodecContext.create("png", "w")
    coder.width, coder.height, coder.pix_fmt, coder.time_base = frame.width, frame.height, "pal8", Fraction(1, 25)
    coder.options = {"compression_level": "9", "pred": "none"}
    return b"".join(bytes(packet) for packet in [*coder.encode(picture_), *coder.encode(None)])


class Session:
    """One session in one language, pictured from its first page to its last."""

    def __init__(self, album: Album, people: People, display: Display, language: str) -> None:
        """Let nobody be there yet."""
        self.album, self.people, self.display, self.language = album, people, display, language
        self.texts = TEXTS[language]
        display.run([sys.executable, "-m", "sessions.tests.e2e.scenery", language], name="scenery")

    def take(self, page: Page, name: str, title: str, kinds: str = "d") -> None:
        """Picture a page of this language."""
        self.album.take(page, f"{name}-{self.language}", title, kinds=kinds)

    def pages(self) -> None:
        """The pages that need no session."""
        visitor = self.people.customer(language=self.language)
        base = self.people.stack.base
        visitor.page.goto(f"{base}/")
        self.take(visitor.page, "join", "Join", "dnp")
        visitor.page.get_by_label(visitor.word("Support number"), exact=True).fill("123456789")
        visitor.page.get_by_label(visitor.word("Your name"), exact=True).fill(str(self.texts["customer"]))
        visitor.press("Join")
        expect(visitor.page.get_by_role("alert").first).to_be_visible(timeout=PATIENCE_MS)
        self.take(visitor.page, "join-wrong-number", "Join: a number that is not known", "dp")
        for path, name, title in (
            ("/auth/login/", "sign-in", "Sign in"),
            ("/auth/password/reset/", "password", "Forgotten password"),
            ("/downloads/", "downloads", "Downloads"),
            ("/s/unknown-session-id/", "not-found", "Not found"),
        ):
            visitor.page.goto(f"{base}{path}")
            self.take(visitor.page, name, title, "dp" if name in {"sign-in", "downloads"} else "d")

    def begin(self) -> tuple[Csr, Customer]:
        """Console from empty to a customer who chats."""
        csr = self.people.csr(language=self.language, number=CSR_OF[self.language])
        self.take(csr.page, "console-empty", "Console: no session yet")
        csr.press("Start session")
        expect(csr.page.get_by_role("dialog")).to_be_visible()
        self.take(csr.page, "console-start", "Console: start a session")
        csr.page.keyboard.press("Escape")
        csr.start_session()
        self.take(csr.page, "console-waiting", "Console: waiting for the customer")
        csr.press("Invite")
        expect(csr.page.get_by_role("dialog")).to_be_visible()
        self.take(csr.page, "console-invite", "Console: invite")
        csr.page.keyboard.press("Escape")
        customer = self.people.customer(language=self.language)
        customer.join(csr.number, str(self.texts["customer"]))
        story.await_state(csr, "active")
        csr.say(self.texts["csr"][0])
        customer.sees(self.texts["csr"][0])
        customer.say(str(self.texts["reply"]))
        csr.sees(str(self.texts["reply"]))
        self.take(customer.page, "session", "Customer's page: chat", "dnp")
        self.take(csr.page, "console-chat", "Console: chat")
        return csr, customer

    def lobby(self, csr: Csr) -> None:
        """A later joiner waits at the door."""
        second = self.people.customer(language=self.language)
        second.join(csr.number, str(self.texts["second"]))
        waiting = until(
            lambda: [one for one in csr.snapshot(csr.session)["participants"] if one["state"] == "lobby"], "one waits"
        )
        second.sees(waiting[0]["match_number"])
        self.take(second.page, "lobby", "Customer's page: waiting to be let in", "dp")
        csr.page.get_by_role("tab", name=csr.word("Participants")).click()
        csr.sees(waiting[0]["match_number"])
        self.take(csr.page, "console-participants", "Console: participants and the lobby")
        csr.api("POST", f"sessions/{csr.session}/participants/{waiting[0]['id']}/refuse/")
        second.sees(second.word("You were not let in"))
        self.take(second.page, "not-let-in", "Customer's page: not let in", "p")
        second.context.close()
        self.people.everybody.remove(second)
        csr.page.get_by_role("tab", name=csr.word("Chat")).click()

    def operate(self, csr: Csr, customer: Customer) -> None:
        """View, control and notes on the customer's desktop."""
        csr.say(self.texts["csr"][1])
        csr.ask("Request view")
        expect(customer.page.get_by_role("alertdialog")).to_be_visible(timeout=PATIENCE_MS)
        self.take(customer.page, "session-asked", "Customer's page: asked for the screen", "dn")
        self.take(csr.page, "console-pending", "Console: the request waits for an answer")
        customer.press("Start Support Manager")
        customer.sees("--site")
        self.take(customer.page, "session-support-manager", "Customer's page: start Support Manager")
        manager = story.attach(customer, self.display)
        until(manager.answerable, "the Support Manager asks")
        self.desktop("support-manager-view", "Support Manager: asked to show the desktop")
        manager.allow()
        story.await_grant(csr, story.VIEW)
        until(lambda: picture.frames(csr.page) > 5, "a picture is shown")
        csr.ask("Request control")
        until(manager.answerable, "the Support Manager asks")
        self.desktop("support-manager-control", "Support Manager: asked to let operate the desktop")
        manager.allow()
        story.await_grant(csr, story.CONTROL)
        story.take_over(csr, self.display, 560, 390)  # the program's error stays in front
        self.desktop("support-manager-bar", "Support Manager: the frame and the bar while the CSR operates")
        self.take(csr.page, "console-control", "Console: operating the customer's desktop", "dn")
        csr.page.screenshot(animations="disabled")
        csr.page.keyboard.press("Control+Alt")
        csr.page.get_by_role("tab", name=csr.word("Notes")).click()
        csr.page.get_by_role("textbox", name=csr.word("Notes"), exact=True).fill(str(self.texts["note"]))
        until(
            lambda: csr.api("GET", f"sessions/{csr.session}/note/")[1]["text"] == self.texts["note"], "notes are saved"
        )
        self.take(csr.page, "console-notes", "Console: notes")
        self.take(customer.page, "session-operated", "Customer's page: seen and operated", "dp")

    def end(self, csr: Csr, customer: Customer) -> None:
        """End and receipt."""
        csr.press("End session")
        expect(csr.page.get_by_role("dialog")).to_be_visible()
        self.take(csr.page, "console-end", "Console: end the session")
        csr.page.get_by_role("dialog").get_by_role("button", name=csr.word("End session"), exact=True).click()
        story.await_state(csr, "ended")
        customer.sees(customer.word("Save the receipt"))
        self.take(customer.page, "ended", "Customer's page: the end and the receipt", "dp")
        self.take(csr.page, "console-ended", "Console: an ended session")

    def desktop(self, name: str, title: str) -> None:
        """Picture the customer's own screen."""
        name = f"{name}-{self.language}"
        self.album.keep(self.display.picture(name).read_bytes(), name, title)

    def administration(self) -> None:
        """The site administrator's own pages."""
        admin = self.people.csr(role="admin", language=self.language)
        for path, name, title in (
            ("/admin/", "admin", "Administration"),
            ("/admin/support_sessions/supportsession/", "admin-sessions", "Administration: sessions"),
            ("/admin/accounts/membership/", "admin-people", "Administration: people"),
        ):
            admin.page.goto(f"{self.people.stack.base}{path}")
            self.take(admin.page, name, title)


@contextmanager
def everything() -> Iterator[tuple[People, Display]]:
    with tempfile.TemporaryDirectory(prefix="screenshots-") as name:
        stack = Stack(Path(name))
        display = Display(Path(name) / "display")
        try:
            with sync_playwright() as driver:
                people = People(stack, *(driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS) for _ in "ab"))
                yield people, display
                people.close(None)
        finally:
            display.close()
            stack.close()


def main() -> None:
    """Make all pictures."""
    album = Album()
    with everything() as (people, display):
        for language in ("en", "ja"):
            session = Session(album, people, display, language)
            session.pages()
            csr, customer = session.begin()
            session.lobby(csr)
            session.operate(csr, customer)
            session.end(csr, customer)
            sharing = Sharing(session, str(session.texts["customer"]), number=CSR_OF[language])
            sharing.everything()
            if language == "en":
                sharing.film.write(FOLDER / "sharing.webp")
            session.administration()
            Queues(album, people, language).everything()
            styles_pictures(album, people, language)
    best = FOLDER / "console-control-en.png"
    (FOLDER / "console.png").write_bytes(best.read_bytes())
    album.write_index()


if __name__ == "__main__":
    main()
