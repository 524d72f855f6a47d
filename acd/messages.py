"""Sentences of this app's refusals."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "queue_closed": _("This queue is closed at the moment."),
    "queue_full": _("Too many people are waiting at the moment. Try again later."),
    "queue_unstaffed": _("Nobody can help at the moment. Try again later."),
    "offer_gone": _("This customer is no longer offered to you."),
    "entry_gone": _("This customer is no longer waiting."),
    "csr_full": _("No more sessions at the same time are allowed."),
    "csr_not_ready": _("This CSR cannot take anybody at the moment."),
    "pick_not_allowed": _("Customers cannot be picked from this queue."),
    "transfer_open": _("This session is being transferred already."),
    "not_acd_agent": _("Only CSRs who serve a queue can transfer a session."),
    "wrap_up_over": _("This wrap-up is over."),
    "wrap_up_longest": _("A wrap-up takes ten minutes at most."),
    "too_many_hops": _("A customer can be passed on at most five times."),
}
