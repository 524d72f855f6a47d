"""Queries, aggregates and exports: later work; only its place in the layers is fixed here."""
