"""Where a sentence may be broken into lines. Tk knows spaces only: Japanese it breaks anywhere, a Latin name too."""

import re
from collections.abc import Callable

_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"  # kanji, kana, their punctuation, full-width forms
_CLOSING = "ぁ-ん、。，．・：；！？）」』】〉》〕］｝ーッャュョァィゥェォヶ々"  # what ends a word: its particles too
_OPENING = "（「『【〈《〔［｛"
# What stays together: narrow words, words in katakana, else one wide character.
_WORD = rf"(?:[^\s{_WIDE}]|\N{{NO-BREAK SPACE}})+|[ァ-ヺー]+|[{_WIDE}]"
_PIECE = re.compile(rf"[{_OPENING}]*(?:{_WORD})[{_CLOSING}]*")


def wrap(sentence: str, width: int, measure: Callable[[str], int]) -> str:
    """Return the sentence in lines of at most `width`, as `measure` tells; a longer piece has a line of its own.

    The lines that it has already stay apart.
    """
    return "\n".join(_wrap_line(line, width, measure) for line in sentence.split("\n"))


def _wrap_line(sentence: str, width: int, measure: Callable[[str], int]) -> str:
    lines, line, end = [], "", 0
    for found in _PIECE.finditer(sentence):
        piece, gap = found.group(), sentence[end : found.start()]
        end = found.end()
        if line and measure(f"{line}{gap}{piece}") > width:
            lines.append(line)
            line = piece
        else:
            line = f"{line}{gap}{piece}" if line else piece
    return "\n".join([*lines, line])
