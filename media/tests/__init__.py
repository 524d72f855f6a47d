"""Tests of media paths."""
