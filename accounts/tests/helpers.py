"""What several tests of this app do."""

from django.test import Client

from accounts.tests.factories import PASSWORD


def browser(site, **extra):
    """Return a client on a site's host, without CSRF checks."""
    return Client(headers={"host": site.host}, **extra)


def signed_in(site, user):
    """Return a browser in which somebody is signed in, without going through the form."""
    client = browser(site)
    client.force_login(user)
    return client


def sign_in(client, email, password=PASSWORD, **extra):
    """Fill the sign-in form."""
    return client.post("/auth/login/", {"login": email, "password": password, **extra})
