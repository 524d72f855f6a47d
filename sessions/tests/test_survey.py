"""The question at the end: who is asked, answered once, changed for a while, for this session only."""

import pytest

from accounts.models import SiteSettings
from sessions.models import SurveyAnswer
from sessions.selectors.receipt import get_receipt
from sessions.services.lifecycle import end_session
from sessions.services.survey import answer_survey
from sessions.tests.scene import Scene
from supportsite.core.clock import frozen_clock
from supportsite.core.errors import AppError

pytestmark = pytest.mark.django_db


def ended(site):
    """An ended session: its CSR's and its customer's access."""
    scene = Scene.start(site)
    customer = scene.join()
    end_session(scene.csr)
    return scene.csr, customer


def refused(*arguments, **named):
    with pytest.raises(AppError) as caught:
        answer_survey(*arguments, **named)
    return caught.value.code


def test_a_customer_answers_once_and_may_change_it_for_a_while(site):
    with frozen_clock() as clock:
        _, customer = ended(site)
        assert get_receipt(customer, language="en")["survey"] == {"score": None, "comment": ""}
        answer_survey(customer, score=3, comment="Slow.")
        answer_survey(customer, score=3, comment="Slow.")
        clock.advance(minutes=14)
        answer_survey(customer, score=5, comment="Quick and clear\x00, thank you.")
        assert get_receipt(customer, language="en")["survey"] == {
            "score": 5,
            "comment": "Quick and clear, thank you.",
        }
        clock.advance(minutes=2)
        assert refused(customer, score=1, comment="") == "survey_closed"
        answer_survey(customer, score=5, comment="Quick and clear, thank you.")
        assert SurveyAnswer.objects.get().score == 5


def test_nobody_is_asked_before_the_end_without_help_or_on_a_site_that_does_not_ask(site):
    scene = Scene.start(site)
    customer = scene.join()
    assert get_receipt(customer, language="en")["survey"] is None
    assert refused(customer, score=5, comment="") == "survey_not_asked"
    end_session(scene.csr)
    SiteSettings.objects.filter(site=site).update(survey=False)
    assert refused(customer, score=5, comment="") == "survey_not_asked"
    assert not SurveyAnswer.objects.exists()


def test_a_csr_cannot_answer_for_the_customer(site):
    csr, _ = ended(site)
    assert get_receipt(csr, language="en")["survey"] is None
    assert refused(csr, score=5, comment="") == "survey_not_asked"
