"""`python -m customer_agent --site URL --code CODE`."""

import argparse
import locale
import logging
import os
import sys
import tkinter as tk

from customer_agent import VERSION
from customer_agent.texts import LANGUAGES, Texts

LEVELS = ("debug", "info", "warning")
LEVEL_VARIABLE = "SUPPORT_MANAGER_LOG_LEVEL"


def system_language() -> str:
    """Return the language of this computer's user, English where it is neither of ours."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    name = name or (locale.getlocale()[0] or "")
    return next((language for language in LANGUAGES if name.lower().startswith(language)), "en")


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Return the options. There is none that hides a window or answers a question."""
    parser = argparse.ArgumentParser(prog="support-manager", description="Support Manager")
    parser.add_argument("--site", default="", help="address of the support site")
    parser.add_argument("--code", default="", help="one-use code from the session page")
    parser.add_argument("--language", choices=LANGUAGES, default=None)
    parser.add_argument("--theme", choices=("light", "dark"), default=None)
    level = os.environ.get(LEVEL_VARIABLE, "").lower()
    parser.add_argument("--log-level", choices=LEVELS, default=level if level in LEVELS else "warning")
    parser.add_argument("--version", action="version", version=VERSION)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(
        level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    for noisy in ("aioice", "aiortc", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    language = options.language or system_language()
    from customer_agent.app import SupportManager
    from customer_agent.ui.look import prefers_dark

    dark = prefers_dark() if options.theme is None else options.theme == "dark"
    try:
        manager = SupportManager(language=language, dark=dark)
    except tk.TclError:
        print(Texts(language).explain("no_display"), file=sys.stderr)
        return 2
    manager.run(site=options.site, code=options.code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
