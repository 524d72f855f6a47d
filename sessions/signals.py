"""What other apps may listen to."""

from django.dispatch import Signal

# A session ended; sent inside the ending transaction with `support_session`, locked. A receiver that takes locks takes
# them last.
session_ended = Signal()

# A participant of a live session has a connection again, or has lost the last one; sent inside the transaction that
# locks the session, with `support_session`, `participant` and `connected`.
presence_changed = Signal()

# Another CSR became primary; sent inside the transaction with `support_session` (locked), `giver` and `taker`
# (memberships). A receiver that takes locks takes them last.
primary_changed = Signal()
