"""WebACD for a site's administrators: queues with CSRs, forms and rules, outcome codes, settings, CSR states."""

from acd.admin import choices, csrs, queues, rules, settings

__all__ = ["choices", "csrs", "queues", "rules", "settings"]
