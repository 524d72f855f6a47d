"""Reads of WebACD."""
