"""What a consent window says, by capability."""

from customer_agent.bridge import Prompt
from customer_agent.grants import CONTROL_MAX_SECONDS
from customer_agent.texts import Texts, plain
from supportsite.protocol.base import Capability


def desktop_name(texts: Texts, monitors: tuple[int, ...]) -> str:
    """Return what is shared, as an object in a sentence."""
    _ = texts._
    if len(monitors) == 1:
        return _("monitor {number}").format(number=monitors[0])
    if monitors:
        return _("monitors {numbers}").format(numbers=", ".join(str(number) for number in monitors))
    return _("your desktop")


class PromptWords:
    """The sentences of one prompt."""

    def __init__(self, texts: Texts, prompt: Prompt) -> None:
        _ = texts._
        self._gettext = _
        # A name is not broken over two lines.
        self._name = plain(prompt.csr_name).replace(" ", "\N{NO-BREAK SPACE}") or _("The representative")
        self._control = prompt.capability is Capability.CONTROL_DESKTOP
        site = plain(prompt.site_name)
        what = desktop_name(texts, prompt.monitors)
        self.title = _("Support Manager")
        self.allow = _("Allow")
        self.deny = _("Deny")
        self.included_title = _("If you allow")
        self.excluded_title = _("Not included")
        verified = _("{name}, {site} (verified)") if prompt.verified else _("{name}, {site} (not verified)")
        self.who = verified.format(name=self._name, site=site)
        self.warning = (
            ""
            if prompt.verified
            else _("Nobody has checked this organisation. Deny if you did not ask for this help yourself.")
        )
        others = [_("other monitors")] if prompt.monitors else []
        if self._control:
            minutes = CONTROL_MAX_SECONDS // 60
            self.heading = _("Let {name} operate {what}?").format(name=self._name, what=what)
            self.included = [
                _("{name} moves the mouse and types on {what}").format(name=self._name, what=what),
                _("{name} also sees {what}").format(name=self._name, what=what),
                _("until you stop it, at most {minutes} minutes").format(minutes=minutes),
            ]
            self.excluded = [_("files, clipboard, the windows of Support Manager"), *others]
        else:
            self.heading = _("Let {name} see {what}?").format(name=self._name, what=what)
            self.included = [
                _("{name} sees everything on {what}").format(name=self._name, what=what),
                _("until you stop it"),
            ]
            self.excluded = [_("mouse and keyboard, files, clipboard"), *others]

    def countdown(self, seconds: int) -> str:
        """Return the line under the progress bar."""
        _ = self._gettext
        line = _("No answer in {seconds} s means Deny.").format(seconds=seconds)
        return f"{line} {_('Remote mouse and keys are held while this window is open.')}"
