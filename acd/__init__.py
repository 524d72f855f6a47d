"""Queues, rules, offers and the router (WebACD): later work; only its place in the layers is fixed here."""
