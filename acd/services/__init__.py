"""Services of WebACD: every change, in one transaction each."""
