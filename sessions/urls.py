"""Addresses of support sessions: pages, API, sockets."""

from django.urls import path

from sessions import views, views_downloads
from sessions.api import calls, consent, lifecycle, people, talk
from sessions.consumers import ConsoleConsumer, SessionConsumer

_ONE = "sessions/<str:session_id>/"
_REQUEST = f"{_ONE}requests/<str:request_id>/"
_GRANT = f"{_ONE}grants/<str:grant_id>/"

api_urlpatterns = [
    path("join/", people.JoinView.as_view(), name="api-join"),
    path("agent/attach/", people.AttachView.as_view(), name="api-attach"),
    path("socket-tickets/", people.SocketTicketsView.as_view(), name="api-socket-tickets"),
    path("sessions/", lifecycle.SessionsView.as_view(), name="api-sessions"),
    path("sessions/join/", people.JoinAsCsrView.as_view(), name="api-session-join"),
    path(_ONE, lifecycle.SessionDetailView.as_view(), name="api-session"),
    path(f"{_ONE}events/", lifecycle.EventsView.as_view(), name="api-events"),
    path(f"{_ONE}receipt/", lifecycle.ReceiptView.as_view(), name="api-receipt"),
    path(f"{_ONE}survey/", lifecycle.SurveyView.as_view(), name="api-survey"),
    path(f"{_ONE}options/", lifecycle.OptionsView.as_view(), name="api-options"),
    path(f"{_ONE}keep/", lifecycle.KeepView.as_view(), name="api-keep"),
    path(f"{_ONE}leave/", lifecycle.LeaveView.as_view(), name="api-leave"),
    path(f"{_ONE}end/", lifecycle.EndView.as_view(), name="api-end"),
    path(f"{_ONE}stop/", lifecycle.StopEverythingView.as_view(), name="api-stop"),
    path(f"{_ONE}messages/", talk.MessagesView.as_view(), name="api-messages"),
    path(f"{_ONE}note/", talk.NoteView.as_view(), name="api-note"),
    path(f"{_ONE}invitations/", people.InvitationsView.as_view(), name="api-invitations"),
    path(f"{_ONE}attach-codes/", people.AttachCodesView.as_view(), name="api-attach-codes"),
    path(f"{_ONE}participants/<str:participant_id>/admit/", people.AdmitView.as_view(), name="api-admit"),
    path(f"{_ONE}participants/<str:participant_id>/refuse/", people.RefuseView.as_view(), name="api-refuse"),
    path("calls/", calls.MyCallsView.as_view(), name="api-my-calls"),
    path(f"{_ONE}calls/", calls.CallsView.as_view(), name="api-calls"),
    path(f"{_ONE}calls/<str:call_id>/cancel/", calls.CancelCallView.as_view(), name="api-call-cancel"),
    path(f"{_ONE}calls/<str:call_id>/accept/", calls.AcceptCallView.as_view(), name="api-call-accept"),
    path(f"{_ONE}calls/<str:call_id>/decline/", calls.DeclineCallView.as_view(), name="api-call-decline"),
    path(f"{_ONE}requests/", consent.RequestsView.as_view(), name="api-requests"),
    path(f"{_REQUEST}cancel/", consent.CancelView.as_view(), name="api-request-cancel"),
    path(f"{_REQUEST}shown/", consent.ShownView.as_view(), name="api-request-shown"),
    path(f"{_REQUEST}accept/", consent.AcceptView.as_view(), name="api-request-accept"),
    path(f"{_REQUEST}grant/", consent.GrantView.as_view(), name="api-request-grant"),
    path(f"{_REQUEST}deny/", consent.DenyView.as_view(), name="api-request-deny"),
    path(f"{_GRANT}stop/", consent.StopView.as_view(), name="api-grant-stop"),
    path(f"{_GRANT}suspend/", consent.SuspendView.as_view(), name="api-grant-suspend"),
    path(f"{_GRANT}resume/", consent.ResumeView.as_view(), name="api-grant-resume"),
    path(f"{_GRANT}first-use/", consent.FirstUseView.as_view(), name="api-grant-first-use"),
    path(f"{_GRANT}marked/", consent.MarkedView.as_view(), name="api-grant-marked"),
    path(f"{_ONE}refusals/", consent.RefusalsView.as_view(), name="api-refusals"),
]

urlpatterns = [
    path("", views.join, name="join"),
    path("s/<str:session_id>/", views.session_page, name="session"),
    path("s/<str:session_id>/resume/", views.resume, name="resume"),
    path("downloads/", views_downloads.downloads, name="downloads"),
    path("downloads/support-manager/linux/", views_downloads.support_manager_linux, name="download-linux"),
    path("console/", views.console, name="console"),
    path("console/inbox/", views.console, name="console-inbox"),
    path("console/monitor/", views.console, name="console-monitor"),
    path("console/s/<str:session_id>/", views.console, name="console-session"),
]

websocket_urlpatterns = [
    path("ws/session/<str:session_id>/", SessionConsumer.as_asgi()),
    path("ws/console/", ConsoleConsumer.as_asgi()),
]
