"""The development and demonstration run: install, build, start, test; standard library only."""
