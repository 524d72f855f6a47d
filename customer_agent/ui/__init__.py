"""The windows of the Support Manager: plain tkinter, drawn in the main thread only."""
