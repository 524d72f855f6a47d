"""Makes the one-file download of the Support Manager."""
