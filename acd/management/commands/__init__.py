"""Commands of WebACD."""
