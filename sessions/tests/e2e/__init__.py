"""The product's story in real browsers, with a real server, a real Support Manager and a real X display."""
