"""WebACD: queues, entry forms, rules, CSR states, offers, the router, inbox, monitor and the embed widget."""
