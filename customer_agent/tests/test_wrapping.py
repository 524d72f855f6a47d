"""Sentences are broken where a reader expects it, in both languages."""

import pytest

from customer_agent.ui.wrapping import wrap


def measure(text):
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


@pytest.mark.parametrize(
    ("sentence", "width", "lines"),
    [
        ("Let Daniel\u00a0Okafor see your desktop?", 14, ["Let", "Daniel\u00a0Okafor", "see your", "desktop?"]),
        ("貴方はDaniel\u00a0Okaforさんですか？", 28, ["貴方は", "Daniel\u00a0Okaforさんですか？"]),
        ("この「デスクトップ」を見せる。", 18, ["この", "「デスクトップ」を", "見せる。"]),
        ("外れた、（例）です", 10, ["外れた、", "（例）です"]),
        ("unbreakableword", 4, ["unbreakableword"]),
        ("", 4, [""]),
        ("Danielさんに\n許可する", 20, ["Danielさんに", "許可する"]),
    ],
)
def test_a_name_a_word_and_punctuation_stay_whole(sentence, width, lines):
    assert wrap(sentence, width, measure).split("\n") == lines
