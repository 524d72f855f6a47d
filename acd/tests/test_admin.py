"""The admin pages of WebACD: rows of the own site only, readable editors, and a router that hears of every change."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.admin.base import SiteScopedAdmin
from accounts.models import AuditEntry, Role
from accounts.tests.factories import MembershipFactory, UserFactory
from accounts.tests.helpers import signed_in
from acd.models import (
    AcdSettings,
    CsrState,
    FormField,
    OutcomeCode,
    Queue,
    QueueManager,
    QueueMember,
    RoutingRule,
)
from acd.rules import MAX_CONDITIONS
from acd.tests.factories import enter, make_csr, make_queue
from supportsite.core.clock import frozen_clock
from supportsite.core.tenancy import site_scope

pytestmark = pytest.mark.django_db
CANARY = "Canary7319"
OURS = [model for model in admin.site._registry if model._meta.app_label == "acd"]
INLINES = ("members", "rules", "fields", "managers")


def url(model, view, *args):
    return reverse(f"admin:acd_{model._meta.model_name}_{view}", args=args)


def make_rows(site, name):
    """One row of every registered model with `name` in what a page would show."""
    with site_scope(site):
        queue = make_queue(site, name=f"{name} queue")
        csr = make_csr(site, queue, presence="away")
        csr.user.name = f"{name} person"
        csr.user.save()
        FormField.objects.create(site=site, queue=queue, name=f"{name} field", key="product")
        target, condition = {"priority": 5}, {"field": "form.product", "op": "equals", "value": "x"}
        return {
            Queue: queue,
            CsrState: CsrState.objects.get(csr=csr),
            OutcomeCode: OutcomeCode.objects.create(site=site, name=f"{name} code"),
            AcdSettings: AcdSettings.objects.create(site=site, context_secret=f"{name} secret"),
            RoutingRule: RoutingRule.objects.create(
                site=site, queue=queue, name=f"{name} rule", target=target, conditions=[condition]
            ),
        }


@pytest.fixture
def admin_user(site):
    return MembershipFactory(site=site, role=Role.ADMIN).user


@pytest.fixture
def client(site, admin_user):
    return signed_in(site, admin_user)


@pytest.fixture
def foreign(other_site):
    return make_rows(other_site, CANARY)


def test_every_page_is_scoped_and_has_a_row_to_be_tested_with(site):
    assert all(isinstance(admin.site._registry[model], SiteScopedAdmin) for model in OURS)
    assert set(make_rows(site, "Own")) == set(OURS)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_lists_and_pages_open_and_show_no_row_of_another_site(site, client, foreign, model, language):
    own = make_rows(site, "Own")[model]
    for query in ("", f"?q={CANARY}", "?o=-1", "?all="):
        answer = client.get(url(model, "changelist") + query, headers={"accept-language": language}, follow=True)
        assert answer.status_code == 200
        assert f"{CANARY} " not in answer.content.decode()
    page = client.get(url(model, "change", own.pk), headers={"accept-language": language})
    assert page.status_code == 200
    assert CANARY not in page.content.decode()
    assert client.get(url(model, "history", own.pk)).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("view", ["change", "history", "delete"])
def test_a_row_of_another_site_is_like_a_missing_one(site, client, foreign, model, view):
    theirs = client.get(url(model, view, foreign[model].pk))
    assert theirs.status_code == client.get(url(model, view, 2**40)).status_code
    assert theirs.status_code in {302, 403}
    assert client.post(url(model, view, foreign[model].pk), {"post": "yes", "name": "Taken"}).status_code in {302, 403}


@pytest.mark.parametrize("role", ["csr", "manager"])
def test_others_of_the_site_are_sent_away(site, role):
    rows = make_rows(site, "Own")
    client = signed_in(site, MembershipFactory(site=site, role=role).user)
    paths = [url(model, "changelist") for model in OURS]
    paths += [reverse("admin:acd_queue_test_rules", args=[rows[Queue].pk])]
    for path in paths:
        assert client.get(path).status_code == 302
    assert client.post(reverse("admin:acd_context_secret")).status_code == 302
    assert AcdSettings.objects.get().context_secret == "Own secret"


def queue_form(queue, **changes):
    """What the browser sends for a queue's page."""
    page = admin.site._registry[Queue]
    names = [name for _title, group in page.fieldsets for name in group["fields"] if name not in page.readonly_fields]
    form = {}
    for name in names:
        value = getattr(queue, name)
        if name == "hours":
            form |= {f"hours_{day}": "" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
        elif name == "holidays":
            form[name] = ""
        elif isinstance(value, bool):
            form |= {name: "on"} if value else {}
        else:
            form[name] = getattr(value, "pk", value) if value is not None else ""
    for prefix in INLINES:
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0, f"{prefix}-MIN_NUM_FORMS": 0}
    return {**form, **changes}


def member_rows(*csrs, kept=()):
    rows = {"members-TOTAL_FORMS": len(csrs) + len(kept), "members-INITIAL_FORMS": len(kept)}
    for index, (member, position) in enumerate([*kept, *((csr, 0) for csr in csrs)]):
        rows |= {f"members-{index}-{key}": 0 for key in ("tier", "delay_s", "priority")}
        rows[f"members-{index}-position"] = position
        rows[f"members-{index}-csr"] = member.csr_id if kept and index < len(kept) else member.pk
        if index < len(kept):
            rows[f"members-{index}-id"] = member.pk
    return rows


def test_hours_and_holidays_are_typed_as_people_write_them(site, client):
    queue = make_queue(site)
    typed = queue_form(
        queue,
        timezone="Asia/Tokyo",
        hours_mon="9:00-12:00, 13:00 – 17:00",
        hours_tue="22:00〜06:00",
        holidays="2026-12-25 Christmas\n2026-12-24 Christmas Eve 09:00-12:00\n",
    )
    answer = client.post(url(Queue, "change", queue.pk), typed)
    assert answer.status_code == 302, answer.context["errors"]
    queue.refresh_from_db()
    assert queue.hours == {"mon": [["09:00", "12:00"], ["13:00", "17:00"]], "tue": [["22:00", "06:00"]]}
    assert queue.holidays == [
        {"date": "2026-12-24", "name": "Christmas Eve", "hours": [["09:00", "12:00"]]},
        {"date": "2026-12-25", "name": "Christmas", "hours": []},
    ]
    page = client.get(url(Queue, "change", queue.pk)).content.decode()
    assert "09:00-12:00, 13:00-17:00" in page
    assert "2026-12-24 Christmas Eve 09:00-12:00" in page
    with frozen_clock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC)):
        assert "Open until 2026-11-23 12:00" in client.get(url(Queue, "change", queue.pk)).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hours_mon", "morning"),
        ("hours_mon", "09:00-12:00, 11:00-13:00"),
        ("holidays", "25 December"),
        ("holidays", "2026-12-25\n2026-12-25"),
        ("timezone", "Mars/Olympus"),
        ("offer_timeout_s", "4"),
        ("strategy", "favourites"),
    ],
)
def test_a_queue_that_makes_no_sense_is_refused_and_nothing_changes(site, client, field, value):
    queue = make_queue(site)
    answer = client.post(url(Queue, "change", queue.pk), queue_form(queue, name="Changed", **{field: value}))
    assert answer.status_code == 200
    queue.refresh_from_db()
    assert queue.name != "Changed"


def test_a_csr_who_is_added_gets_the_customer_who_waits_and_the_log_says_who_did_it(site, client):
    queue = make_queue(site)
    csr = make_csr(site)
    entry = enter(site, queue)
    assert entry.state == "waiting"
    answer = client.post(url(Queue, "change", queue.pk), queue_form(queue) | member_rows(csr))
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.offers.get().csr) == ("offered", csr)
    line = AuditEntry.objects.order_by("-n")[0]
    assert (line.type, line.data["model"], line.actor["kind"]) == ("admin.changed", "acd.queue", "admin")


def test_a_member_who_was_never_there_becomes_known_to_the_router(site, client):
    queue = make_queue(site)
    csr = make_csr(site, presence=None)
    client.post(url(Queue, "change", queue.pk), queue_form(queue) | member_rows(csr))
    assert CsrState.objects.get(csr=csr).presence == "offline"


def test_people_of_another_site_cannot_be_named(site, other_site, client):
    queue = make_queue(site)
    with site_scope(other_site):
        outsider = MembershipFactory(site=other_site)
        their_queue = make_queue(other_site)
    assert client.post(url(Queue, "change", queue.pk), queue_form(queue) | member_rows(outsider)).status_code == 200
    answer = client.post(url(Queue, "change", queue.pk), queue_form(queue, overflow_queue=their_queue.pk))
    assert answer.status_code == 200
    assert not QueueMember.objects.exists()


def test_csrs_are_dragged_into_their_order(site, client):
    queue = make_queue(site)
    one, two = make_csr(site, queue, presence=None), make_csr(site, queue, presence=None)
    first, second = QueueMember.objects.get(csr=one), QueueMember.objects.get(csr=two)
    form = queue_form(queue) | member_rows(kept=[(first, 1), (second, 0)])
    assert client.post(url(Queue, "change", queue.pk), form).status_code == 302
    assert list(QueueMember.objects.filter(queue=queue).values_list("csr", flat=True)) == [two.pk, one.pk]


def test_only_managers_can_be_managers_of_a_queue(site, client):
    queue, manager = make_queue(site), MembershipFactory(site=site, role=Role.MANAGER)
    rows = {"managers-TOTAL_FORMS": 1, "managers-0-manager": manager.pk}
    assert client.post(url(Queue, "change", queue.pk), queue_form(queue) | rows).status_code == 302
    assert QueueManager.objects.get().manager == manager
    csr = MembershipFactory(site=site)
    rows |= {"managers-0-manager": csr.pk}
    assert client.post(url(Queue, "change", queue.pk), queue_form(queue) | rows).status_code == 200


def field_rows(**field):
    row = {"name": "Product", "name_ja": "製品", "key": "product", "kind": "choice", "choices": "", "active": "on"}
    row |= {"position": 0, **field}
    return {"fields-TOTAL_FORMS": 1, **{f"fields-0-{key}": value for key, value in row.items()}}


def test_a_form_has_fields_and_a_choice_has_something_to_choose(site, client):
    queue = make_queue(site)
    path = url(Queue, "change", queue.pk)
    assert client.post(path, queue_form(queue) | field_rows()).status_code == 200
    assert client.post(path, queue_form(queue) | field_rows(choices="Printer\nScanner")).status_code == 302
    assert FormField.objects.get().choices == ["Printer", "Scanner"]


def rule_form(queue, *conditions, **changes):
    form = {f"conditions_{row}_{part}": "" for row in range(MAX_CONDITIONS) for part in ("field", "key", "op", "value")}
    form |= {f"conditions_{row}_op": "contains" for row in range(MAX_CONDITIONS)}
    for row, parts in enumerate(conditions):
        form |= {f"conditions_{row}_{part}": value for part, value in parts.items()}
    form |= {"queue": queue.pk, "name": "Rule", "name_ja": "", "active": "on"}
    form |= {f"target_{key}": "" for key in ("queue", "priority", "skills", "prefers", "sticky_s")}
    return {**form, **changes}


PRINTER = {"field": "form.product", "op": "in_list", "value": "Printer、 Fax"}


def test_a_rule_is_written_in_rows_and_fields_and_read_in_words(site, client):
    queue, other = make_queue(site, name="First"), make_queue(site, name="Printing")
    FormField.objects.create(site=site, queue=queue, name="Product", name_ja="製品", key="product")
    csr = make_csr(site, presence=None)
    context = {"field": "context.", "key": "plan", "op": "equals", "value": "gold"}
    returning = {"field": "returning", "op": "equals", "value": "はい"}
    form = rule_form(queue, PRINTER, context, returning, target_queue=other.pk, target_csrs=[csr.public_id])
    form |= {"target_priority": 4, "target_skills": "pdf, ja", "target_sticky_s": 30}
    answer = client.post(url(RoutingRule, "add"), form)
    assert answer.status_code == 302, answer.context["errors"]
    rule = RoutingRule.objects.get()
    assert rule.conditions == [
        {"field": "form.product", "op": "in_list", "value": ["Printer", "Fax"]},
        {"field": "context.plan", "op": "equals", "value": "gold"},
        {"field": "returning", "op": "equals", "value": "yes"},
    ]
    assert rule.target == {
        "queue": other.public_id,
        "csrs": [csr.public_id],
        "priority": 4,
        "skills": ["pdf", "ja"],
        "sticky_s": 30,
    }
    page = client.get(url(Queue, "change", queue.pk)).content.decode()
    assert "Product is one of “Printer” or “Fax”" in page
    assert "then queue Printing; only " in page
    assert '{"' not in client.get(url(RoutingRule, "change", rule.pk)).content.decode().split("<form", 1)[1]
    again = client.post(url(RoutingRule, "change", rule.pk), form)
    assert again.status_code == 302
    before = rule.conditions, rule.target
    rule.refresh_from_db()
    assert (rule.conditions, rule.target) == before


@pytest.mark.parametrize(
    ("conditions", "target"),
    [
        ([], {"target_priority": 1}),
        ([PRINTER], {}),
        ([PRINTER], {"target_priority": 10}),
        ([{**PRINTER, "field": "password"}], {"target_priority": 1}),
        ([{"field": "hour", "op": "less_than", "value": "noon"}], {"target_priority": 1}),
        ([PRINTER], {"target_csrs": ["nobody"]}),
        ([PRINTER], {"target_queue": 2**40}),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(site, client, conditions, target):
    queue = make_queue(site)
    assert client.post(url(RoutingRule, "add"), rule_form(queue, *conditions, **target)).status_code == 200
    assert not RoutingRule.objects.exists()


def test_rules_that_lead_in_a_circle_are_refused_at_saving(site, client):
    one, two = make_queue(site), make_queue(site)
    assert client.post(url(RoutingRule, "add"), rule_form(one, PRINTER, target_queue=two.pk)).status_code == 302
    answer = client.post(url(RoutingRule, "add"), rule_form(two, PRINTER, target_queue=one.pk))
    assert answer.status_code == 200
    assert "These rules lead in a circle." in answer.content.decode()
    own = client.post(url(RoutingRule, "add"), rule_form(two, PRINTER, target_queue=two.pk))
    assert own.status_code == 200


def test_a_new_rule_stands_behind_the_others(site, client):
    queue = make_queue(site)
    for _ in range(3):
        client.post(url(RoutingRule, "add"), rule_form(queue, PRINTER, target_priority=1))
    assert list(RoutingRule.objects.order_by("position").values_list("position", flat=True)) == [0, 1, 2]


@pytest.mark.parametrize(("language", "fires"), [("en", "fires."), ("ja", "当てはまります")])
def test_the_tester_says_which_rule_fires_and_why_not_the_earlier_ones(site, client, language, fires):
    queue, other = make_queue(site), make_queue(site, name="Printing")
    FormField.objects.create(site=site, queue=queue, name="Product", key="product", required=True)
    for position, (name, value) in enumerate([("Faxes", "Fax"), ("Printers", "Printer")]):
        RoutingRule.objects.create(
            site=site,
            queue=queue,
            name=name,
            position=position,
            conditions=[{"field": "form.product", "op": "equals", "value": value}],
            target={"queue": other.public_id},
        )
    path = reverse("admin:acd_queue_test_rules", args=[queue.pk])
    query = {"try": "1", "answer_product": "printer", "language": "en", "returning": "no", "hour": "", "context": ""}
    answer = client.get(path, query, headers={"accept-language": language})
    assert answer.status_code == 200
    assert [(item["step"].rule, item["step"].fired) for item in answer.context["steps"]] == [
        ("Faxes", False),
        ("Printers", True),
    ]
    page = answer.content.decode()
    assert fires in page
    assert ("“printer”" if language == "en" else "「printer」") in page
    assert answer.context["route"].queue == other


def test_the_tester_of_another_sites_queue_is_missing(site, client, foreign):
    assert client.get(reverse("admin:acd_queue_test_rules", args=[foreign[Queue].pk])).status_code == 404


@pytest.mark.parametrize(
    "query", ["try=1", "try=1&hour=99", "try=1&answer_product=%00", "try=1&language=xx&context=%3D"]
)
def test_bad_input_to_the_tester_is_answered(site, client, query):
    queue = make_rows(site, "Own")[Queue]
    assert client.get(f"{reverse('admin:acd_queue_test_rules', args=[queue.pk])}?{query}").status_code in {200, 400}


def test_the_settings_are_one_row_that_is_there_at_the_first_look(site, client):
    first = client.get(url(AcdSettings, "changelist"))
    assert first.status_code == 302
    assert client.get(first.headers["location"]).status_code == 200
    client.get(url(AcdSettings, "changelist"))
    assert AcdSettings.objects.count() == 1


SETTINGS = {"widget_origins": "", "csr_grace_s": 60, "limbo_s": 60, "transfer_timeout_s": 120, "fallback_queue": ""}


@pytest.mark.parametrize(
    ("origin", "taken"),
    [
        ("https://www.example.com", True),
        ("http://localhost:8080", True),
        ("https://www.example.com/", False),
        ("https://www.example.com/shop", False),
        ("https://*.example.com", False),
        ("www.example.com", False),
        ("javascript:alert(1)", False),
        ("https://user@www.example.com", False),
        ("https://WWW.example.com", False),
        ("https://example.com:99999", False),
        ("null", False),
    ],
)
def test_only_exact_origins_are_taken(site, client, origin, taken):
    row = AcdSettings.objects.create(site=site)
    client.post(url(AcdSettings, "change", row.pk), SETTINGS | {"widget_origins": origin})
    row.refresh_from_db()
    assert row.widget_origins == ([origin] if taken else [])


def test_the_secret_is_made_on_demand_and_shown_once(site, client):
    row = AcdSettings.objects.create(site=site)
    assert client.get(reverse("admin:acd_context_secret")).status_code == 405
    answer = client.post(reverse("admin:acd_context_secret"))
    row.refresh_from_db()
    assert len(row.context_secret) >= 40
    assert row.context_secret in answer.content.decode()
    assert "no-store" in answer.headers["cache-control"]
    assert row.context_secret not in client.get(url(AcdSettings, "change", row.pk)).content.decode()
    lines = [(line.type, line.data) for line in AuditEntry.objects.order_by("-n")[:1]]
    assert lines[0][0] == "acd.secret_made"
    assert row.context_secret not in str(lines)


def test_skills_are_set_and_the_customer_who_waits_for_them_is_offered(site, client):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry = enter(site, queue, skills=["pdf"])
    assert entry.state == "waiting"
    answer = client.post(url(CsrState, "change", csr.pk), {"skills": "ja, pdf"})
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert entry.state == "offered"
    state = CsrState.objects.get(csr=csr)
    assert (state.skills, state.presence) == (["ja", "pdf"], "available")
    assert AuditEntry.objects.order_by("-n")[0].data["model"] == "acd.csrstate"


def test_presence_and_load_cannot_be_written_by_hand(site, client):
    csr = make_csr(site)
    client.post(url(CsrState, "change", csr.pk), {"skills": "", "presence": "offline", "used": 7, "wanted_cap": 50})
    state = CsrState.objects.get(csr=csr)
    assert (state.presence, state.used, state.wanted_cap) == ("available", 0, 1)


def test_platform_staff_see_nothing_without_a_staff_session(site):
    rows = make_rows(site, "Own")
    client = signed_in(site, UserFactory(is_staff=True))
    for model, row in rows.items():
        assert client.get(url(model, "change", row.pk)).status_code == 403
