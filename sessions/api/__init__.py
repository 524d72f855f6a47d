"""The commands and readings of support sessions, one thin view each."""
