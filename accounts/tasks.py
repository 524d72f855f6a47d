"""Mails that leave after the transaction."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Membership
from supportsite.core.language import speaking
from supportsite.core.tenancy import absolute_url, get_site_by_id, site_scope


@shared_task(name="accounts.tasks.send_member_invitation", soft_time_limit=50, time_limit=60)
def send_member_invitation(site_id: int, membership_id: int) -> None:
    """Mail a new member the way in: to set a password where they have none, else to sign in."""
    site = get_site_by_id(site_id)
    with site_scope(site):
        membership = Membership.objects.select_related("user").get(pk=membership_id)
    user = membership.user
    path = reverse("account_login")
    if not user.has_usable_password():
        parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        path = reverse("account_reset_password_from_key", kwargs=parts)
    with speaking(user.language):
        context = {
            "name": user.name,
            "site_name": site.name_in(user.language),
            "url": absolute_url(site, path),
            "new": not user.has_usable_password(),
        }
        subject = render_to_string("account/email/member_invitation_subject.txt", context)
        text = render_to_string("account/email/member_invitation_message.txt", context)
    send_mail(" ".join(subject.split()), text, settings.DEFAULT_FROM_EMAIL, [user.email])
