"""Sites (tenants), users, memberships, privileges, API tokens, staff sessions and the audit chain."""
