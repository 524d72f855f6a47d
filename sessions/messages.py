"""Sentences of the refusals that this app raises."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "number_not_found": _("This support number is not valid. Ask your representative for a new one."),
    "too_many_tries": _("Too many tries. Wait a moment before the next one."),
    "name_missing": _("Please enter your name."),
    "privilege_missing": _("Your administrator has not allowed you to do this."),
    "site_unverified": _("This organisation is not verified yet, so this is not available."),
    "not_primary_csr": _("Only the primary CSR can do this."),
    "session_ended": _("This session has ended."),
    "session_not_active": _("The customer is not connected at the moment."),
    "no_customer": _("No customer has joined yet."),
    "request_open": _("You have already asked for this."),
    "already_granted": _("This is allowed already."),
    "capability_rests": _("The customer denied this three times. You can ask again in a few minutes."),
    "request_closed": _("This request is no longer open."),
    "grant_stopped": _("This has been stopped."),
    "grant_not_active": _("This is not allowed at the moment."),
    "endpoint_unfit": _("This program cannot answer the request."),
    "scope_too_wide": _("This is more than was asked for."),
    "epoch_stale": _("This is out of date."),
    "signature_invalid": _("The signature does not fit."),
    "note_conflict": _("Somebody else has changed the note."),
    "code_invalid": _("This code is not valid. Ask for a new one."),
    "audience_not_allowed": _("You cannot write to these readers."),
    "not_in_lobby": _("This person is not waiting."),
    "ticket_invalid": _("This connection ticket is not valid."),
    "bad_frame": _("This message could not be understood."),
    "too_fast": _("Too many messages at once."),
}
