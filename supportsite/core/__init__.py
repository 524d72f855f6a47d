"""Kernel shared by the apps: tenancy, errors, time, limits, wake-ups, the API's base. It knows no app."""
