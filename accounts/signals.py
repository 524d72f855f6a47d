"""What other apps may listen to."""

from django.dispatch import Signal

# Somebody's access to a site ended or changed: sign-out, role, password, disabling, revoked token, suspended site.
# Sent after commit with `site_id` and `user_id` (None: everybody of the site). Live sockets are checked again.
access_changed = Signal()

# The demo sites are made; sent in each one's scope with `site`, so that every app adds what it shows.
demo_made = Signal()
