"""Tests of the Support Manager."""
