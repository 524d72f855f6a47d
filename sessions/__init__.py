"""Support sessions: participants, endpoints, consent, chat, notes, signalling and the event log of each session."""
