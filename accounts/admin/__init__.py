"""The admin pages: site administrators see their own site, platform staff only what they opened."""

from accounts.admin import audit, choices, members, sites, staff, tokens

__all__ = ["audit", "choices", "members", "sites", "staff", "tokens"]
