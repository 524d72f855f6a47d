"""Tests of support sessions."""
