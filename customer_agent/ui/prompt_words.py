"""What a consent window says, by capability."""

from collections.abc import Sequence

from customer_agent.bridge import Prompt
from customer_agent.grant_rules import CLIPBOARD_MAX_SECONDS, CONTROL_MAX_SECONDS
from customer_agent.texts import Texts, plain
from supportsite.protocol.base import Capability
from supportsite.protocol.capabilities import CLIPBOARD, CONTROL, SHARE, surface_of
from supportsite.protocol.objects import MAX_APPLICATIONS


def desktop_name(texts: Texts, monitors: Sequence[int]) -> str:
    """Return what is shared, as an object in a sentence."""
    _ = texts._
    if len(monitors) == 1:
        return _("monitor {number}").format(number=monitors[0])
    if monitors:
        return _("monitors {numbers}").format(numbers=_(", ").join(str(number) for number in monitors))
    return _("your desktop")


class PromptWords:
    """The sentences of one prompt. `monitors` are those that are ticked now, empty for all."""

    def __init__(self, texts: Texts, prompt: Prompt, monitors: Sequence[int] = ()) -> None:
        _ = texts._
        self._gettext = _
        self._prompt = prompt
        # A name is not broken over two lines.
        name = plain(prompt.holder_name).replace(" ", "\N{NO-BREAK SPACE}") or _("The representative")
        self._name = _("{name} (customer)").format(name=name) if prompt.holder_is_customer else name
        self._what = desktop_name(texts, monitors)
        if prompt.capability in SHARE and not monitors:
            self._what = _("this computer")
        self.title = _("Support Manager")
        self.allow = _("Allow")
        self.deny = _("Deny")
        self.narrow = _("Only some monitors …")
        self.recording = _("This session is being recorded.")
        self.included_title = _("If you allow")
        self.excluded_title = _("Not included")
        self.who = self._who(name)
        self.warning = (
            ""
            if prompt.verified
            else _("Nobody has checked this organisation. Deny if you did not ask for this help yourself.")
        )
        self.heading = self._heading()
        self.included = self._included()
        self.excluded = self._excluded(narrowed=bool(monitors))

    def countdown(self, seconds: int) -> str:
        """Return the line under the progress bar."""
        _ = self._gettext
        line = _("No answer in {seconds} s means Deny.").format(seconds=seconds)
        return f"{line} {_('Remote mouse and keys are held while this window is open.')}"

    def _who(self, name: str) -> str:
        _ = self._gettext
        site = plain(self._prompt.site_name)
        if self._prompt.holder_is_customer:
            return _("{name}, customer in your session at {site}").format(name=name, site=site)
        verified = _("{name}, {site} (verified)") if self._prompt.verified else _("{name}, {site} (not verified)")
        return verified.format(name=name, site=site)

    def _heading(self) -> str:
        _, capability = self._gettext, self._prompt.capability
        if capability is Capability.CLIPBOARD_TO_CSR:
            sentence = _("Send the text on your clipboard to {name}?")
        elif capability is Capability.CLIPBOARD_TO_CUSTOMER:
            sentence = _("Let {name} put text on your clipboard?")
        elif surface_of(capability) == "application":
            control = capability in CONTROL
            sentence = _("Let {name} operate some windows?") if control else _("Let {name} see some windows?")
        else:
            sentence = _("Let {name} operate {what}?") if capability in CONTROL else _("Let {name} see {what}?")
        return sentence.format(name=self._name, what=self._what)

    def _included(self) -> list[str]:
        _, capability = self._gettext, self._prompt.capability
        minutes = CONTROL_MAX_SECONDS // 60
        until = _("until you stop it, at most {minutes} minutes")
        own = _("until you press a key or stop it, at most {minutes} minutes")
        limited = (own if capability in SHARE else until).format(minutes=minutes)
        if capability in CLIPBOARD:
            receives = _("{name} receives the text that is on your clipboard now")
            puts = _("{name} replaces the text on your clipboard")
            once = _("once, within {minutes} minutes").format(minutes=CLIPBOARD_MAX_SECONDS // 60)
            return [(receives if capability is Capability.CLIPBOARD_TO_CSR else puts).format(name=self._name), once]
        others = _("others in this session see it too")
        if surface_of(capability) == "application":
            sees = _("{name} sees the windows that you tick, with their dialogs and menus").format(name=self._name)
            if capability in CONTROL:
                return [
                    _("{name} clicks and types in the windows that you tick").format(name=self._name),
                    sees,
                    others,
                    limited,
                ]
            return [sees, others, _("until you stop it")]
        if capability in CONTROL:
            return [
                _("{name} moves the mouse and types on {what}").format(name=self._name, what=self._what),
                _("{name} also sees {what}").format(name=self._name, what=self._what),
                others,
                limited,
            ]
        everything = _("{name} sees everything on {what}").format(name=self._name, what=self._what)
        return [everything, others, _("until you stop it")]

    def _excluded(self, *, narrowed: bool) -> list[str]:
        _, capability = self._gettext, self._prompt.capability
        if capability is Capability.CLIPBOARD_TO_CSR:
            return [_("pictures and files on the clipboard, what you copy later")]
        if capability is Capability.CLIPBOARD_TO_CUSTOMER:
            return [_("reading your clipboard, pictures, files")]
        control = _("files, clipboard, the windows of Support Manager")
        view = _("mouse and keyboard, files, clipboard")
        lines = [control if capability in CONTROL else view]
        if surface_of(capability) == "application":
            lines.insert(0, _("all other windows, the desktop behind them"))
        elif narrowed:
            lines.append(_("other monitors"))
        return lines


class PickerWords:
    """The words of what the owner chooses from."""

    def __init__(self, texts: Texts) -> None:
        _ = self._ = texts._
        self.search = _("Search")
        self.refresh = _("Refresh")
        self.program = _("Program")
        self.title = _("Window")
        self.windows = _("Tick the windows to share:")
        self.monitors = _("Tick the monitors to share:")
        self.most = _("At most {count} windows can be shared at once.").format(count=MAX_APPLICATIONS)
        self.none = _("No window of another program is open.")
        self.impossible = _("Windows cannot be shared one by one on this computer.")

    def monitor(self, number: int, *, primary: bool) -> str:
        """Return a monitor's name beside its tick."""
        _ = self._
        return (_("Monitor {number} (main)") if primary else _("Monitor {number}")).format(number=number)
