"""The only code that writes the tables of support sessions, one file per use case.

Each service locks the session's row, checks, writes rows and event, and wakes the listeners on commit.
"""
