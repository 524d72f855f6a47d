"""From an entry form to the queue, its CSRs and the place in the line."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from acd.models import Contact, FormField, RoutingRule
from acd.selectors.routing import Visit, route_entry
from acd.services import router
from acd.tests.factories import enter, make_csr, make_queue
from supportsite.core import clock
from supportsite.core.tenancy import site_scope

pytestmark = pytest.mark.django_db


def rule(queue, name, target, *conditions, **fields):
    return RoutingRule.objects.create(
        site=queue.site, queue=queue, name=name, target=target, conditions=list(conditions), **fields
    )


PRINTER = {"field": "form.product", "op": "equals", "value": "Printer"}


def test_the_form_leads_to_another_queue_with_priority_and_skills(site):
    start, printing = make_queue(site), make_queue(site)
    rule(start, "Printers", {"queue": printing.public_id, "priority": 4, "skills": ["pdf"]}, PRINTER)
    route = route_entry(start, {"product": "Printer"})
    assert route.queue == printing
    assert route.route == {"priority": 4, "skills": ["pdf"], "rule": "Printers", "open": True}
    assert [step.fired for step in route.trail] == [True]
    other = route_entry(start, {"product": "Fax"})
    assert (other.queue, other.route) == (start, {"open": True})


def test_rules_are_asked_in_their_order_and_inactive_ones_not(site):
    queue = make_queue(site)
    rule(queue, "second", {"priority": 2}, PRINTER, position=2)
    rule(queue, "off", {"priority": 3}, PRINTER, position=0, active=False)
    rule(queue, "first", {"priority": 1}, PRINTER, position=1)
    assert route_entry(queue, {"product": "Printer"}).route["rule"] == "first"


def test_named_csrs_become_keys_that_the_router_takes(site):
    queue = make_queue(site)
    named, _other = make_csr(site, queue, presence=None), make_csr(site, queue, presence=None)
    rule(queue, "Yuki's", {"csrs": [named.public_id]}, PRINTER)
    route = route_entry(queue, {"product": "Printer"})
    entry = enter(site, route.queue, **route.route)
    assert entry.only_csrs == [named.pk]


def test_members_and_queues_of_another_site_do_not_exist_for_rules(site, other_site):
    with site_scope(other_site):
        queue = make_queue(other_site)
        csr = make_csr(other_site, presence=None)
    here = make_queue(site)
    rule(here, "to their queue", {"queue": queue.public_id}, PRINTER)
    rule(here, "to their CSR", {"csrs": [csr.public_id]}, PRINTER)
    route = route_entry(here, {"product": "Printer"})
    assert (route.queue, route.route) == (here, {"open": True})
    assert [step.refused for step in route.trail] == ["queue_gone", "csrs_gone"]


def test_a_customer_who_returns_goes_to_the_csr_who_helped_them(site):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    rule(queue, "Again", {"sticky_s": 45}, {"field": "returning", "op": "equals", "value": "yes"})
    visit = Visit(customer_key="key-of-hannah")
    assert route_entry(queue, {}, visit).route == {"open": True}
    entry = enter(site, queue)
    router.command(site, "pick", entry.pk, csr=csr.pk, manager=True)
    offer = entry.offers.get()
    router.accept(site, offer=offer.pk, csr=csr.pk)
    Contact.objects.filter(pk=entry.contact_id).update(customer_key="key-of-hannah")
    route = route_entry(queue, {}, visit).route
    assert (route["preferred_csr"], route["sticky_s"]) == (csr.pk, 45)


def test_hour_language_address_and_context_can_decide(site):
    queue = make_queue(site, timezone="Asia/Tokyo")
    evening = datetime(2026, 11, 26, 19, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    rule(queue, "Evening", {"priority": 1}, {"field": "hour", "op": "greater_than", "value": "18"})
    rule(queue, "Japanese", {"priority": 2}, {"field": "language", "op": "equals", "value": "ja"})
    rule(queue, "Shop", {"priority": 3}, {"field": "entry_url", "op": "contains", "value": "/shop/"})
    rule(queue, "Gold", {"priority": 4}, {"field": "context.plan", "op": "equals", "value": "gold"})
    noon = evening.replace(hour=12)

    def fired(at=noon, **known):
        return route_entry(queue, {}, Visit(**known), at=at).route.get("rule")

    assert fired(evening) == "Evening"
    assert fired() is None
    assert fired(language="ja") == "Japanese"
    assert fired(entry_url="https://aozora.example/shop/1") == "Shop"
    assert fired(context={"plan": "Gold"}) == "Gold"


def test_a_closed_queue_asks_no_rules_and_the_router_turns_the_customer_away(site):
    queue, other = make_queue(site, override="closed"), make_queue(site)
    rule(queue, "On", {"queue": other.public_id}, PRINTER)
    route = route_entry(queue, {"product": "Printer"})
    assert (route.queue, route.route, route.trail) == (queue, {"open": False}, ())
    assert enter(site, queue, opened=route.route["open"]).state == "rejected"


def test_the_hours_of_the_queue_that_is_reached_count(site):
    queue = make_queue(site)
    other = make_queue(site, hours={"mon": [["09:00", "17:00"]]})
    rule(queue, "On", {"queue": other.public_id}, PRINTER)
    monday = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("UTC"))
    assert route_entry(queue, {"product": "Printer"}, at=monday).route["open"] is True
    assert route_entry(queue, {"product": "Printer"}, at=monday.replace(day=24)).route["open"] is False


def test_without_rules_two_queries_are_enough(site, django_assert_max_num_queries):
    queue = make_queue(site)
    FormField.objects.create(site=site, queue=queue, name="Product", key="product")
    with django_assert_max_num_queries(2):
        route_entry(queue, {"product": "Printer"}, Visit(customer_key="k"), at=clock.now())
