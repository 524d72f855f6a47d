"""What several tests of this app do."""

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.tests.factories import PASSWORD
from supportsite import env


def connect_as_owner(**options):
    """Connect to the tests' database as the owner of its tables."""
    owner = env.database(settings.DATABASE_OWNER_URL)
    address = {key.lower(): owner[key] or None for key in ("USER", "PASSWORD", "HOST", "PORT")}
    return psycopg.connect(dbname=connection.settings_dict["NAME"], **address, **options)


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
