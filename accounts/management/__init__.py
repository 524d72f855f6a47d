"""Command line of the accounts app."""
