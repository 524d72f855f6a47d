"""All ten capabilities through the real services: who may ask, who answers, what a grant ends and what it leaves."""

import pytest

from accounts.models import Site
from accounts.services import SYSTEM_ACTOR, change_access
from accounts.tests.factories import MembershipFactory
from sessions.models import Grant, Participant, SessionEvent
from sessions.selectors.access import Access
from sessions.services import grants, joining, lifecycle, options, presence, requests
from sessions.services.asking import PRIVILEGE_OF
from sessions.services.sweep import sweep_site
from sessions.tests.scene import CONTROL, EDITOR, VIEW, Scene, verify_service
from supportsite.core.errors import AppError
from supportsite.protocol.base import Capability, SharingQuality, StopCause
from supportsite.protocol.capabilities import CLIPBOARD, SHARE, control_of, surface_of
from supportsite.protocol.capabilities import CONTROL as CONTROLS
from supportsite.protocol.capabilities import VIEW as VIEWS
from supportsite.protocol.objects import ApplicationInfo, Scope

pytestmark = pytest.mark.django_db
SCREENS = sorted((CONTROLS | VIEWS) - SHARE)
SHARES = sorted(SHARE)


class Stage:
    """A session with both sides' Support Managers, an assistant and a secondary customer."""

    def __init__(self, site):
        self.scene = Scene.start(site)
        self.customer = self.scene.join()
        self.manager = self.scene.attach(self.customer)
        self.computer = self.scene.attach(self.scene.csr)
        self.assistant = self.scene.assist()

    def live(self):
        rows = Grant.objects.filter(support_session=self.scene.session).exclude(state="stopped")
        return set(rows.values_list("capability", flat=True))

    def give(self, capability):
        """Ask and grant in the way of the capability."""
        if capability in SHARE:
            return self.computer.grant(self.scene.offer(capability, self.computer.access, self.customer))
        return self.manager.grant(self.scene.ask(capability))


@pytest.fixture
def stage(site):
    return Stage(site)


def types_after(scene, seq):
    return list(SessionEvent.objects.filter(support_session=scene.session, seq__gt=seq).values_list("type", flat=True))


@pytest.mark.parametrize("capability", SCREENS + SHARES)
def test_each_of_the_eight_goes_from_the_request_to_the_stop_of_either_side(stage, capability):
    scene = stage.scene
    stoppers = [stage.customer, scene.csr, stage.computer.access if capability in SHARE else stage.manager.access]
    for stopper in stoppers:
        with verify_service(scene):
            grant = stage.give(capability)
        mine = stage.computer if capability in SHARE else stage.manager
        assert grant.endpoint_id == mine.access.endpoint.pk
        assert grant.holder_id == (stage.customer if capability in SHARE else scene.csr).person.pk
        with verify_service(scene):
            grants.stop_grant(stopper, grant.public_id, cause=None)
        grant.refresh_from_db()
        owner = stopper.person.pk == mine.access.person.pk
        assert (grant.state, grant.stop_cause) == ("stopped", "owner_stop" if owner else "csr_release")


@pytest.mark.parametrize("first", SCREENS + SHARES)
@pytest.mark.parametrize("second", SCREENS + SHARES)
def test_one_share_at_a_time_whatever_follows_whatever(stage, first, second):
    """View and control of one computer's surface live together; anything else takes the place of what was."""
    stage.give(first)
    if first == second and surface_of(first) == "desktop":
        with pytest.raises(AppError, match="already_granted"):
            stage.give(second)
        return
    with verify_service(stage.scene):
        stage.give(second)
    together = control_of(first) == control_of(second) or first == second
    assert stage.live() == ({first, second} if together else {second})


@pytest.mark.parametrize("capability", list(Capability))
def test_a_csr_without_the_privilege_may_not_ask_and_loses_what_runs_when_it_is_taken_away(
    stage, capability, django_capture_on_commit_callbacks
):
    MembershipFactory(site=stage.scene.site, role="admin")
    if capability in CLIPBOARD:
        stage.give(CONTROL)
    stage.give(capability)
    with verify_service(stage.scene), django_capture_on_commit_callbacks(execute=True):
        change_access(stage.scene.member, actor=SYSTEM_ACTOR, privileges={str(PRIVILEGE_OF[capability]): "deny"})
    assert capability not in stage.live()
    stage.scene.member.refresh_from_db()
    with pytest.raises(AppError, match="privilege_missing"):
        stage.give(capability)


@pytest.mark.parametrize("capability", list(Capability))
def test_an_unverified_site_only_sees(site, capability):
    Site.objects.filter(pk=site.pk).update(verified=False)
    site.refresh_from_db()
    stage = Stage(site)
    if capability.startswith("screen.view."):
        grant = stage.give(capability)
        assert (grant.not_after - grant.granted_at).total_seconds() == 900
        return
    with pytest.raises(AppError, match="site_unverified"):
        stage.give(capability)


@pytest.mark.parametrize("capability", list(Capability))
def test_nobody_but_the_primary_csr_asks(stage, capability):
    second = stage.scene.join("Ben")
    joining.admit_participant(stage.scene.csr, second.person.public_id)
    source = stage.computer.access.endpoint.public_id if capability in SHARE else None
    for access in (stage.assistant, stage.customer, second, stage.manager.access, stage.computer.access):
        with pytest.raises(AppError, match="not_primary_csr"):
            requests.make_request(access, capability=capability, scope=Scope(), source=source)


@pytest.mark.parametrize("capability", SHARES)
def test_the_csrs_computer_is_shown_only_after_the_customer_agreed_and_its_owner_confirmed(stage, capability):
    scene = stage.scene
    request = scene.ask(capability, source=stage.computer.access)
    assert (request.via, request.grantor_id, request.operator_id) == (
        "browser",
        scene.csr.person.pk,
        stage.customer.person.pk,
    )
    with pytest.raises(AppError, match="not_accepted"):
        stage.computer.grant(request)
    with pytest.raises(AppError, match="not_found"):
        requests.accept_request(scene.csr, request.public_id)
    with pytest.raises(AppError, match="not_found"):
        requests.accept_request(stage.assistant, request.public_id)
    for act in (requests.accept_request, requests.show_request):  # it is shown on the page, which agrees to it
        with pytest.raises(AppError, match="not_found"):
            act(stage.manager.access, request.public_id)
    with verify_service(scene):
        requests.accept_request(stage.customer, request.public_id)
    request.refresh_from_db()
    assert request.via == "support_manager"
    assert requests.accept_request(stage.customer, request.public_id).accepted_at == request.accepted_at
    for other in (stage.manager, scene.attach(stage.customer)):
        with pytest.raises(AppError, match="not_found"):
            other.grant(request)
    with pytest.raises(AppError, match="endpoint_unfit"):
        scene.give_from_page(request)
    with verify_service(scene):
        stage.computer.grant(request)
    assert stage.live() == {capability}


@pytest.mark.parametrize("capability", SHARES)
def test_the_console_page_shows_and_is_never_operated(stage, capability):
    scene = stage.scene
    if capability in CONTROLS:
        with pytest.raises(AppError, match="endpoint_unfit"):
            scene.ask(capability, source=scene.csr_tab)
        return
    request = scene.offer(capability, scene.csr_tab, stage.customer)
    assert request.via == "browser"
    with pytest.raises(AppError, match="not_found"):  # the call does not say which page it is
        grants.grant_request(
            Access(scene.csr.support_session, scene.csr.person),
            request.public_id,
            scope=None,
            epoch=None,
            signature=None,
        )
    with verify_service(scene):
        grant = scene.give_from_page(request)
    assert grant.endpoint_id == scene.csr_tab.endpoint.pk
    grants.record_first_use(scene.csr_tab, grant.public_id)
    with verify_service(scene):
        requests.stop_everything(stage.customer)
    grant.refresh_from_db()
    assert (grant.state, grant.stop_cause) == ("stopped", "stop_everything")


def test_a_share_names_one_of_the_csrs_own_connected_programs(stage):
    scene = stage.scene
    strangers = [stage.manager.access, stage.customer, stage.assistant, scene.attach(stage.assistant).access]
    for source in strangers:
        with pytest.raises(AppError, match="endpoint_unfit"):
            scene.ask(Capability.SHARE_VIEW_DESKTOP, source=source)
    scene.disconnect(stage.computer.access)
    with pytest.raises(AppError, match="endpoint_unfit"):
        scene.ask(Capability.SHARE_VIEW_DESKTOP, source=stage.computer.access)
    with pytest.raises(AppError, match="invalid"):
        scene.ask(Capability.SHARE_VIEW_DESKTOP)
    with pytest.raises(AppError, match="invalid"):
        scene.ask(VIEW, source=scene.csr_tab)


def test_a_new_source_of_the_csr_takes_the_place_of_the_old_one(stage):
    scene = stage.scene
    page = scene.give_from_page(scene.offer(Capability.SHARE_VIEW_DESKTOP, scene.csr_tab, stage.customer))
    program = stage.computer.grant(scene.offer(Capability.SHARE_VIEW_DESKTOP, stage.computer.access, stage.customer))
    page.refresh_from_db()
    assert (page.stop_cause, program.state) == ("superseded", "active")


def test_another_program_of_the_csr_takes_back_what_the_old_one_was_asked(stage):
    request = stage.scene.offer(Capability.SHARE_CONTROL_DESKTOP, stage.computer.access, stage.customer)
    with verify_service(stage.scene):
        stage.scene.attach(stage.scene.csr)
    request.refresh_from_db()
    assert request.state == "cancelled"


def test_the_customer_declines_an_offer_and_three_times_is_a_rest(stage, clock):
    for _ in range(3):
        request = stage.scene.ask(Capability.SHARE_VIEW_DESKTOP, source=stage.computer.access)
        with verify_service(stage.scene):
            requests.deny_request(stage.customer, request.public_id)
    with pytest.raises(AppError, match="capability_rests"):
        stage.scene.ask(Capability.SHARE_VIEW_DESKTOP, source=stage.computer.access)
    stage.scene.ask(Capability.SHARE_VIEW_APPLICATION, source=stage.computer.access)


def test_the_csr_who_thinks_better_of_it_in_her_own_window_denies_nothing(stage):
    for _ in range(4):
        request = stage.scene.offer(Capability.SHARE_VIEW_DESKTOP, stage.computer.access, stage.customer)
        with verify_service(stage.scene):
            requests.deny_request(stage.computer.access, request.public_id)
        request.refresh_from_db()
        assert request.state == "cancelled"


def test_an_accepted_offer_waits_anew_and_its_silence_is_not_the_customers(stage, clock):
    request = stage.scene.ask(Capability.SHARE_VIEW_DESKTOP, source=stage.computer.access)
    clock.advance(seconds=50)
    requests.accept_request(stage.customer, request.public_id)
    clock.advance(seconds=50)
    keep(stage)
    sweep_site(stage.scene.site)
    request.refresh_from_db()
    assert request.state == "requested"
    clock.advance(seconds=11)
    keep(stage)
    with verify_service(stage.scene):
        sweep_site(stage.scene.site)
    request.refresh_from_db()
    assert (request.state, stage.scene.session.denials) == ("expired", {})


def keep(stage):
    """Have everybody's sockets beat after the clock was turned."""
    for access in (stage.scene.csr_tab, stage.customer, stage.manager.access, stage.computer.access, stage.assistant):
        stage.scene.sockets[access.endpoint.public_id] = presence.connect_endpoint(access.endpoint)


def test_driving_is_handed_to_an_assistant_and_taken_back(stage):
    scene = stage.scene
    view, mine = stage.give(VIEW), stage.give(CONTROL)
    with verify_service(scene):
        handed = stage.manager.grant(scene.ask(CONTROL, operator=stage.assistant))
    mine.refresh_from_db()
    view.refresh_from_db()
    assert (mine.stop_cause, view.state) == ("superseded", "active")
    assert handed.holder_id == stage.assistant.person.pk
    with pytest.raises(AppError, match="already_granted"):
        scene.ask(CONTROL, operator=stage.assistant)
    with verify_service(scene):
        back = stage.manager.grant(scene.ask(CONTROL))
    handed.refresh_from_db()
    assert (handed.stop_cause, back.holder_id) == ("superseded", scene.csr.person.pk)


@pytest.mark.parametrize("who", ["assistant", "primary", "customer"])
def test_a_hand_over_ends_with_the_one_who_drives_who_asked_or_who_allowed(stage, who):
    handed = stage.manager.grant(stage.scene.ask(CONTROL, operator=stage.assistant))
    leaver = {"assistant": stage.assistant, "primary": stage.scene.csr, "customer": stage.customer}[who]
    with verify_service(stage.scene):
        lifecycle.leave_session(leaver)
    handed.refresh_from_db()
    assert handed.state == "stopped"


@pytest.mark.parametrize("who", ["assistant", "primary", "customer"])
def test_a_hand_over_is_stopped_by_each_of_its_three(stage, who):
    handed = stage.manager.grant(stage.scene.ask(CONTROL, operator=stage.assistant))
    stopper = {"assistant": stage.assistant, "primary": stage.scene.csr, "customer": stage.customer}[who]
    with verify_service(stage.scene):
        grants.stop_grant(stopper, handed.public_id, cause=None)
    handed.refresh_from_db()
    assert handed.stop_cause == ("owner_stop" if who == "customer" else "csr_release")


def test_only_a_joined_assistant_with_the_privilege_gets_the_mouse_and_only_the_mouse(
    stage, django_capture_on_commit_callbacks
):
    scene = stage.scene
    for operator in (stage.customer, scene.assist()):
        if operator is not stage.customer:
            lifecycle.leave_session(operator)
        with pytest.raises(AppError, match="invalid"):
            scene.ask(CONTROL, operator=operator)
    with pytest.raises(AppError, match="invalid"):
        scene.ask(VIEW, operator=stage.assistant)
    with pytest.raises(AppError, match="invalid"):
        scene.ask(Capability.SHARE_CONTROL_DESKTOP, source=stage.computer.access, operator=stage.assistant)
    MembershipFactory(site=scene.site, role="admin")
    handed = stage.manager.grant(scene.ask(CONTROL, operator=stage.assistant))
    denied = {"share.desktop.control": "deny"}
    with verify_service(scene), django_capture_on_commit_callbacks(execute=True):
        change_access(stage.assistant.person.membership, actor=SYSTEM_ACTOR, privileges=denied)
    handed.refresh_from_db()
    assert handed.state == "stopped"
    with pytest.raises(AppError, match="privilege_missing"):
        scene.ask(CONTROL, operator=stage.assistant)


@pytest.mark.parametrize("capability", sorted(CLIPBOARD))
@pytest.mark.parametrize("control", [CONTROL, Capability.CONTROL_APPLICATION])
def test_the_clipboard_needs_control_is_used_once_and_ends_with_it(stage, clock, capability, control):
    scene = stage.scene
    with pytest.raises(AppError, match="control_needed"):
        scene.ask(capability)
    stage.give(VIEW)
    with pytest.raises(AppError, match="control_needed"):
        scene.ask(capability)
    driving = stage.give(control)
    request = scene.ask(capability)
    assert request.via == "support_manager"
    with pytest.raises(AppError, match="endpoint_unfit"):
        grants.grant_request(stage.customer, request.public_id, scope=None, epoch=None, signature=None)
    with verify_service(scene):
        clip = stage.manager.grant(request)
    assert (clip.not_after - clip.granted_at).total_seconds() == 300
    assert control in stage.live()
    with verify_service(scene):
        grants.stop_grant(stage.manager.access, clip.public_id, cause=StopCause.USED)
    clip.refresh_from_db()
    assert clip.stop_cause == "used"
    second = stage.give(capability)
    open_request = scene.ask(next(iter(CLIPBOARD - {capability})))
    with verify_service(scene):
        grants.stop_grant(scene.csr, driving.public_id, cause=None)
    second.refresh_from_db()
    open_request.refresh_from_db()
    assert (second.state, open_request.state) == ("stopped", "cancelled")


def test_only_the_program_that_used_a_clipboard_says_that_it_did(stage):
    stage.give(CONTROL)
    clip = stage.give(Capability.CLIPBOARD_TO_CSR)
    grants.stop_grant(stage.customer, clip.public_id, cause=StopCause.USED)
    clip.refresh_from_db()
    assert clip.stop_cause == "owner_stop"


def test_a_clipboard_does_not_outlive_five_minutes_nor_a_rest_of_its_control(stage, clock):
    control = stage.give(CONTROL)
    clip = stage.give(Capability.CLIPBOARD_TO_CSR)
    clock.advance(seconds=301)
    keep(stage)
    with verify_service(stage.scene):
        sweep_site(stage.scene.site)
    clip.refresh_from_db()
    assert clip.stop_cause == "expired"
    clip = stage.give(Capability.CLIPBOARD_TO_CSR)
    with verify_service(stage.scene):
        grants.suspend_grant(
            stage.manager.access, control.public_id, cause=StopCause.CONNECTION_LOST, epoch=clip.epoch + 1
        )
    clip.refresh_from_db()
    assert clip.state == "stopped"


def test_a_clipboard_follows_only_the_hand_that_drives(stage):
    stage.manager.grant(stage.scene.ask(CONTROL, operator=stage.assistant))
    with pytest.raises(AppError, match="control_needed"):
        stage.scene.ask(Capability.CLIPBOARD_TO_CSR)


@pytest.mark.parametrize("kind", ["screen", "share"])
def test_scopes_fit_their_surface_and_never_grow(stage, kind):
    scene = stage.scene
    program = stage.computer if kind == "share" else stage.manager

    def ask(what, scope=None):
        capability = Capability(f"{kind}.view.{what}")
        if kind == "screen":
            return scene.ask(capability, scope)
        request = scene.ask(capability, scope, source=program.access)
        return requests.accept_request(stage.customer, request.public_id)

    application = Scope(applications=[EDITOR])
    for what, scope in (("application", Scope(monitors=[1])), ("application", application), ("desktop", application)):
        with pytest.raises(AppError, match="invalid"):
            ask(what, scope)
    request = ask("application")
    for scope in (Scope(), Scope(monitors=[1], applications=[EDITOR])):
        program.learn_epoch()
        with pytest.raises(AppError, match="invalid"):
            grants.grant_request(program.access, request.public_id, scope=scope, **program.sign(request, scope))
    assert program.grant(request, application).scope["applications"][0]["title"] == "letter.txt"
    request = ask("desktop", Scope(monitors=[1, 2]))
    with pytest.raises(AppError, match="scope_too_wide"):
        program.grant(request, Scope(monitors=[1, 3]))
    assert program.grant(request, Scope(monitors=[2])).scope["monitors"] == [2]


def test_another_monitor_is_a_new_request_and_fewer_are_none(stage):
    scene = stage.scene
    stage.manager.grant(scene.ask(VIEW, Scope(monitors=[1, 2])))
    with pytest.raises(AppError, match="already_granted"):
        scene.ask(VIEW, Scope(monitors=[2]))
    with verify_service(scene):
        stage.manager.grant(scene.ask(VIEW))
    assert stage.live() == {VIEW}


@pytest.mark.parametrize("first", [Capability.VIEW_APPLICATION, Capability.CONTROL_APPLICATION])
@pytest.mark.parametrize("second", [Capability.VIEW_APPLICATION, Capability.CONTROL_APPLICATION])
def test_other_windows_take_the_place_of_those_that_were_shown(stage, first, second):
    scene, other = stage.scene, Scope(applications=[ApplicationInfo(window=8, name="browser", title="Aozora")])
    shown = stage.give(first)
    with verify_service(scene):
        instead = stage.manager.grant(scene.ask(second), other)
    shown.refresh_from_db()
    assert (shown.state, shown.stop_cause, instead.state) == ("stopped", "superseded", "active")
    assert stage.live() == {second}


@pytest.mark.parametrize("cause", sorted(StopCause))
def test_a_program_rests_its_grant_for_the_owner_or_the_connection_and_for_nothing_else(stage, cause):
    grant = stage.give(VIEW)
    manager = stage.manager.access
    if cause in (StopCause.OWNER_STOP, StopCause.CONNECTION_LOST):
        with verify_service(stage.scene):
            assert grants.suspend_grant(manager, grant.public_id, cause=cause, epoch=9).state == "suspended"
        return
    seq = stage.scene.session.seq
    with pytest.raises(AppError, match="invalid"):
        grants.suspend_grant(manager, grant.public_id, cause=cause, epoch=9)
    grant.refresh_from_db()
    assert (grant.state, stage.scene.session.seq) == ("active", seq)


def test_a_customers_browser_shows_an_application_without_naming_it(site):
    scene = Scene.start(site)
    customer = scene.join()
    request = scene.ask(Capability.VIEW_APPLICATION)
    named = Scope(applications=[EDITOR])
    with pytest.raises(AppError, match="invalid"):
        grants.grant_request(customer, request.public_id, scope=named, epoch=None, signature=None)
    with verify_service(scene):
        grants.grant_request(customer, request.public_id, scope=None, epoch=None, signature=None)


@pytest.mark.parametrize("capability", SCREENS + SHARES)
def test_a_lost_program_rests_control_after_ten_seconds_and_a_view_after_sixty(stage, clock, capability):
    grant = stage.give(capability)
    lost = stage.computer if capability in SHARE else stage.manager
    scene = stage.scene
    scene.disconnect(lost.access)
    others = [a for a in (scene.csr_tab, stage.customer, stage.assistant) if a is not lost.access]
    for seconds, state in ((11, "suspended" if capability in CONTROLS else "active"), (50, "suspended")):
        clock.advance(seconds=seconds)
        for access in others:
            scene.sockets[access.endpoint.public_id] = presence.connect_endpoint(access.endpoint)
        with verify_service(scene):
            sweep_site(scene.site)
        grant.refresh_from_db()
        assert grant.state == state


def test_everything_of_both_directions_stops_with_one_word_of_the_customer(stage):
    scene = stage.scene
    stage.give(CONTROL)
    stage.give(Capability.CLIPBOARD_TO_CSR)
    waiting = [scene.ask(Capability.SHARE_VIEW_DESKTOP, source=stage.computer.access)]
    waiting.append(scene.offer(Capability.SHARE_CONTROL_DESKTOP, stage.computer.access, stage.customer))
    with verify_service(scene):
        requests.stop_everything(stage.customer)
    assert not stage.live()
    for request in waiting:
        request.refresh_from_db()
        assert request.state == "denied"


def test_the_csr_who_leaves_takes_her_share_along(stage):
    grant = stage.give(Capability.SHARE_CONTROL_DESKTOP)
    with verify_service(stage.scene):
        lifecycle.leave_session(stage.scene.csr)
    grant.refresh_from_db()
    assert grant.stop_cause == "participant_left"


def test_marks_are_told_once_for_each_person_and_grant_by_the_program_that_shows(stage):
    scene = stage.scene
    grant = stage.give(VIEW)
    seq = scene.session.seq
    person = scene.csr.person.public_id
    for author in (person, person, stage.assistant.person.public_id):
        with verify_service(scene):
            grants.record_marks(stage.manager.access, grant.public_id, participant=author)
    assert types_after(scene, seq) == ["grant.marked", "grant.marked"]
    left = scene.assist()
    lifecycle.leave_session(left)
    for author in (left.person.public_id, "nobody-at-all"):
        with pytest.raises(AppError, match="not_found"):
            grants.record_marks(stage.manager.access, grant.public_id, participant=author)
    for access in (scene.csr, stage.customer, stage.computer.access):
        with pytest.raises(AppError, match="not_found"):
            grants.record_marks(access, grant.public_id, participant=person)


def test_options_are_set_live_by_the_primary_csr_and_start_as_the_site_says(site):
    from accounts.models import SiteSettings

    SiteSettings.objects.filter(site=site).update(sharing_quality="sampling")
    stage = Stage(site)
    scene = stage.scene
    assert scene.session.quality == "sampling"
    seq = scene.session.seq
    for _ in range(2):
        with verify_service(scene):
            options.set_options(scene.csr, quality=SharingQuality.STANDARD)
    assert types_after(scene, seq) == ["options.changed"]
    for access in (stage.assistant, stage.customer, stage.computer.access):
        with pytest.raises(AppError, match="not_primary_csr"):
            options.set_options(access, quality=SharingQuality.AUTO)
    lifecycle.end_session(scene.csr)
    assert Participant.objects.filter(support_session=scene.session).exists()
    with pytest.raises(AppError, match="session_ended"):
        options.set_options(scene.csr, quality=SharingQuality.AUTO)


@pytest.mark.parametrize("capability", SCREENS + SHARES)
def test_who_operates_is_not_idle_and_who_only_looks_is(stage, clock, capability):
    stage.give(capability)
    clock.advance(minutes=29)
    keep(stage)
    with verify_service(stage.scene):
        sweep_site(stage.scene.site)
    assert (stage.scene.session.idle_ends_at is None) == (capability in CONTROLS)
