"""HTTP commands of WebACD."""
