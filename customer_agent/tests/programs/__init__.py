"""Programs that tests start on an X server."""
