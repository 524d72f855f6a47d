"""Words of the Support Manager in the owner's language, and other people's words made safe to show."""

import gettext
import io
import unicodedata
from pathlib import Path

import polib

LANGUAGES = ("en", "ja")
MAX_SHOWN_NAME = 60
_LOCALE = Path(__file__).parent / "locale"


def plain(text: str, limit: int = MAX_SHOWN_NAME) -> str:
    """Return another person's text without control and direction marks, on one line, at most `limit` characters."""
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    kept = "".join(char for char in kept if unicodedata.category(char) not in ("Cf", "Co", "Cn", "Cs"))
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def load(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; English for one that does not exist."""
    path = _LOCALE / language / "LC_MESSAGES" / "customer_agent.po"
    if language not in LANGUAGES or not path.is_file():
        return gettext.NullTranslations()
    return gettext.GNUTranslations(io.BytesIO(polib.pofile(str(path)).to_binary()))


class Texts:
    """The sentences that are shown, in one language."""

    def __init__(self, language: str = "en") -> None:
        self.language = language if language in LANGUAGES else "en"
        self._ = load(self.language).gettext

    def whose_computer(self, csr_name: str, site_name: str) -> str:
        """Return whose computer this is in the session, for a CSR."""
        sentence = self._("This computer is shown as {name}'s, representative of {site}.")
        return sentence.format(name=plain(csr_name), site=plain(site_name))

    def explain(self, code: str) -> str:
        """Return the sentence for a fault or an end."""
        _ = self._
        sentences = {
            "bad_address": _("This is not an address of a support site."),
            "not_secure": _("The address must begin with https. Nothing was sent."),
            "unreachable": _("The site does not answer. Check the address and your connection."),
            "server_fault": _("The site has a fault. Try again in a minute."),
            "bad_answer": _("What answered is not a support site."),
            "not_found": _("What answered is not a support site."),
            "wrong_site": _("The site says that it is another one. Nothing was shared."),
            "code_invalid": _("This code is not valid. Codes work once, for ten minutes. Get a new one on the page."),
            "too_many_tries": _("Too many tries. Wait a little, then try again."),
            "session_ended": _("The session has ended. Nothing stays on this computer."),
            "left": _("You left the session. Nothing stays on this computer."),
            "gone": _("The session is over for this program. Nothing stays on this computer."),
            "replaced": _("Support Manager was started again elsewhere, so this one ends."),
            "refused": _("The site does not accept this program any more. Nothing stays on this computer."),
            "lost": _("No connection for ten minutes: the session ended here. Nothing stays on this computer."),
            "fault": _("Support Manager had a fault and stopped everything."),
            "wayland": _(
                "This desktop runs on Wayland and lacks what Support Manager needs there: GStreamer with PipeWire. "
                "Use the browser instead."
            ),
            "no_display": _("Support Manager needs a screen to show what it asks."),
        }
        return sentences.get(code, _("It did not work ({code}).").format(code=plain(code)))
