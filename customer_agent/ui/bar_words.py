"""What the bar says, in the owner's language."""

from customer_agent.bridge import BarView, Mood
from customer_agent.texts import Texts, plain
from customer_agent.ui.prompt_words import desktop_name

MAX_TITLE = 28
MAX_NAMED = 2


class BarWords:
    """The sentences of the bar."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._gettext = texts._

    def sentences(self, view: BarView) -> tuple[str, str]:
        """Return what is said first and beside it."""
        _ = self._gettext
        what, driver = self._what(view), self._name(view.driver)
        match view.mood:
            case Mood.VIEW:
                return self._see(view, what), self.obstacle(view.obstacle) or plain(view.site_name)
            case Mood.CONTROL:
                sentence = _("{name} operates {what}").format(name=driver, what=what)
                return sentence, self.obstacle(view.obstacle) or self._others(view) or plain(view.site_name)
            case Mood.OWNER_DRIVES:
                return _("You are driving"), _("{name} waits 1 s").format(name=driver)
            case Mood.PAUSED:
                return _("Paused"), _("nobody sees or operates")
            case Mood.CONTROL_PAUSED:
                return _("Control is paused"), _("the connection was away for a minute")
            case Mood.LOST:
                may = _("{name} may still see {what}").format(name=self._names(view.watchers), what=what)
                return _("Connection lost"), may if view.shared else _("nothing is sent")
            case Mood.STOPPED:
                return _("Stopped"), _("nobody sees or operates")
            case _:
                whose = _("{name}'s computer").format(name=plain(view.csr_owner)) if view.csr_owner else ""
                return _("Nobody sees your screen"), whose or plain(view.site_name)

    def obstacle(self, state: str) -> str:
        """Return the sentence for a capture that is in the way; empty while all is well."""
        _ = self._gettext
        sentences = {
            "locked": _("Screen locked: nothing is sent"),
            "secure_prompt": _("A secure prompt is open: nothing is sent"),
            "protected": _("Protected content: nothing is sent"),
            "permission_missing": _("This system does not allow capturing: nothing is sent"),
            "waiting_for_portal": _("Waiting for your answer in the desktop's own window"),
            "minimised": _("Window minimised: nothing is sent"),
            "source_lost": _("It is not there any more: nothing is sent"),
        }
        return sentences.get(state, "")

    def notice(self, view: BarView) -> str:
        """Return what just happened, empty for nothing."""
        if view.notice is None:
            return ""
        _, name = self._gettext, self._name(view.notice.name)
        sentences = {
            "clipboard_sent": _("Clipboard text was sent to {name}"),
            "clipboard_received": _("{name} put text on your clipboard"),
            "clipboard_empty": _("Your clipboard is empty: nothing was sent to {name}"),
            "clipboard_not_text": _("No text on your clipboard: nothing was sent to {name}"),
            "clipboard_too_large": _("Too much text for the clipboard: nothing went to or from {name}"),
            "clipboard_unavailable": _("The clipboard did not answer: nothing went to or from {name}"),
        }
        return sentences.get(view.notice.code, "").format(name=name)

    def _see(self, view: BarView, what: str) -> str:
        _ = self._gettext
        names = self._names(view.watchers)
        sentence = _("{name} sees {what}") if len(view.watchers) < 2 else _("{names} see {what}")
        return sentence.format(name=names, names=names, what=what)

    def _others(self, view: BarView) -> str:
        """Return who else sees what somebody operates."""
        _ = self._gettext
        others = tuple(name for name in view.watchers if name != view.driver)
        if not others:
            return ""
        sentence = _("{name} sees it too") if len(others) == 1 else _("{names} see it too")
        return sentence.format(name=self._names(others), names=self._names(others))

    def _name(self, name: str) -> str:
        return plain(name) or self._gettext("The representative")

    def _names(self, names: tuple[str, ...]) -> str:
        return self._gettext(", ").join(self._name(name) for name in names or ("",))

    def _what(self, view: BarView) -> str:
        _ = self._gettext
        if not view.titles:
            return desktop_name(self._texts, view.monitors)
        titles = [_("“{title}”").format(title=plain(title, MAX_TITLE)) for title in view.titles[:MAX_NAMED]]
        more = len(view.titles) - len(titles)
        named = _(", ").join(titles)
        return _("{titles} and {count} more").format(titles=named, count=more) if more else named
