"""The Support Manager: shows and operates this computer's desktop, with its owner's consent.

A program of its own, without Django. What is granted lives here (`grants.py`), is given only by its own
window (`consent.py`, `ui/`), and nothing that comes from a server or a viewer can add to it.
"""

VERSION = "0.1.0"
