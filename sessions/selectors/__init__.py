"""Reads support sessions. `access_*` is the only way from an actor and an id to a row."""
