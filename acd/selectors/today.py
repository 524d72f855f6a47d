"""A CSR's own figures since a moment: two statements over their offers."""

from datetime import datetime

from django.db.models import Avg, Count, F, Q

from accounts.models import Membership
from acd.models import Offer
from acd.routing import EntryState, OfferState
from sessions.models import SurveyAnswer
from supportsite.protocol.inbox import InboxToday

PICKED = "picked"  # taken out of turn: nothing rang


def get_today(member: Membership, *, since: datetime) -> InboxToday:
    """Return what a member has done since `since`; a visit counts as handled once its help has ended."""
    offers = Offer.objects.filter(csr=member, created_at__gte=since)
    accepted = Q(state=OfferState.ACCEPTED)
    over = accepted & Q(entry__csr=member, entry__state__in=[EntryState.WRAP, EntryState.DONE])
    figures = offers.aggregate(
        handled=Count("entry", filter=over, distinct=True),
        missed=Count("pk", filter=Q(state=OfferState.EXPIRED)),
        rang=Avg(F("closed_at") - F("created_at"), filter=accepted & ~Q(reason=PICKED)),
    )
    sessions = offers.filter(over).values("entry__contact__support_session")
    surveys = SurveyAnswer.objects.filter(support_session__in=sessions).aggregate(score=Avg("score"), n=Count("pk"))
    rang = figures["rang"]
    return InboxToday(
        handled=figures["handled"],
        accepted_in_s=None if rang is None else rang.total_seconds(),
        missed=figures["missed"],
        score=surveys["score"],
        answers=surveys["n"],
    )
