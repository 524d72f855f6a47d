"""PostgreSQL backend that tells the server which site the current scope is of, for row-level security."""
