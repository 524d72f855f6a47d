"""What a question promises is what is granted."""

import pytest

from customer_agent.bridge import Prompt
from customer_agent.texts import Texts
from customer_agent.ui.prompt_words import PromptWords
from supportsite.protocol.base import Capability
from supportsite.protocol.capabilities import SCREEN


@pytest.mark.parametrize("capability", sorted(SCREEN))
def test_every_question_about_a_screen_says_that_the_others_see_it_too(capability: Capability) -> None:
    """Control implies the view, and the view is seen by everybody in the session."""
    prompt = Prompt(
        request="request-0001", capability=capability, monitors=(), holder_name="Daniel Okafor",
        holder_is_customer=False, site_name="Aozora", site_host="aozora.example", verified=True,
        closes_at=0, seconds=60,
    )  # fmt: skip
    for language, sentence in (("en", "others in this session see it too"), ("ja", "ほかの参加者にも表示されます")):
        assert any(sentence in line for line in PromptWords(Texts(language), prompt).included)
