"""From the viewers to the computer: the gate, the injector, the owner's own input, the watchdog."""
