"""Compiles the message catalogues with polib, so that no gettext programs are needed. Needs the virtual environment."""

import polib

from supportsite.devtools.paths import ROOT


def main() -> None:
    """Write a .mo beside each .po whose application texts Django reads."""
    for source in sorted(ROOT.glob("*/locale/*/LC_MESSAGES/*.po")):
        if source.stem != "djangojs":  # the pages' catalogues are built by the frontend
            polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))


if __name__ == "__main__":
    main()
