"""Addresses of WebACD: API, pages, sockets."""

from django.urls import path

from acd import views
from acd.api import entries, inbox, messages, monitor, passing
from acd.consumers import InboxConsumer, MonitorConsumer, WaitingConsumer

_QUEUE = "queues/<str:queue_id>/"
_ENTRY = "entries/<str:entry_id>/"
_TRANSFER = "sessions/<str:session_id>/transfer/"
_OFFERED = "inbox/offers/<str:offer_id>/"
_SERVED = "inbox/entries/<str:entry_id>/"
_LINE = "monitor/entries/<str:entry_id>/"
_LIVE = "monitor/sessions/<str:session_id>/"

api_urlpatterns = [
    path("monitor/", monitor.MonitorView.as_view(), name="api-monitor"),
    path("monitor/ticket/", monitor.MonitorTicketView.as_view(), name="api-monitor-ticket"),
    path("monitor/queues/<str:queue_id>/", monitor.MonitorLineView.as_view(), name="api-monitor-line"),
    path("monitor/queues/<str:queue_id>/staffing/", monitor.MonitorStaffingView.as_view(), name="api-monitor-staffing"),
    path("monitor/queues/<str:queue_id>/open/", monitor.MonitorOverrideView.as_view(), name="api-monitor-open"),
    path(f"{_LINE}priority/", monitor.MonitorPriorityView.as_view(), name="api-monitor-priority"),
    path(f"{_LINE}move/", monitor.MonitorMoveView.as_view(), name="api-monitor-move"),
    path(f"{_LINE}assign/", monitor.MonitorAssignView.as_view(), name="api-monitor-assign"),
    path(f"{_LINE}cancel/", monitor.MonitorCancelView.as_view(), name="api-monitor-cancel"),
    path("monitor/csrs/<str:csr_id>/presence/", monitor.MonitorPresenceView.as_view(), name="api-monitor-presence"),
    path(f"{_LIVE}join/", monitor.MonitorJoinView.as_view(), name="api-monitor-join"),
    path(f"{_LIVE}whisper/", monitor.MonitorWhisperView.as_view(), name="api-monitor-whisper"),
    path(_QUEUE, entries.QueueView.as_view(), name="api-queue"),
    path(f"{_QUEUE}entries/", entries.EntriesView.as_view(), name="api-queue-entries"),
    path(f"{_QUEUE}messages/", entries.LeftMessagesOfQueueView.as_view(), name="api-queue-messages"),
    path(_ENTRY, entries.EntryView.as_view(), name="api-entry"),
    path("sessions/<str:session_id>/entry/", entries.SessionEntryView.as_view(), name="api-session-entry"),
    path(f"{_ENTRY}leave/", entries.EntryLeaveView.as_view(), name="api-entry-leave"),
    path(f"{_ENTRY}callback/", entries.EntryCallbackView.as_view(), name="api-entry-callback"),
    path(f"{_ENTRY}socket-tickets/", entries.EntryTicketView.as_view(), name="api-entry-tickets"),
    path("targets/", passing.TargetsView.as_view(), name="api-targets"),
    path(_TRANSFER, passing.TransferView.as_view(), name="api-transfer"),
    path(f"{_TRANSFER}cancel/", passing.CancelTransferView.as_view(), name="api-transfer-cancel"),
    path("left-messages/", messages.LeftMessagesView.as_view(), name="api-left-messages"),
    path(
        "left-messages/<str:message_id>/handled/",
        messages.LeftMessageHandledView.as_view(),
        name="api-left-message-handled",
    ),
    path("inbox/", inbox.InboxView.as_view(), name="api-inbox"),
    path("inbox/today/", inbox.InboxTodayView.as_view(), name="api-inbox-today"),
    path("inbox/ticket/", inbox.InboxTicketView.as_view(), name="api-inbox-ticket"),
    path("inbox/presence/", inbox.PresenceView.as_view(), name="api-inbox-presence"),
    path(f"{_OFFERED}accept/", inbox.OfferAcceptView.as_view(), name="api-offer-accept"),
    path(f"{_OFFERED}decline/", inbox.OfferDeclineView.as_view(), name="api-offer-decline"),
    path(f"{_SERVED}pick/", inbox.EntryPickView.as_view(), name="api-entry-pick"),
    path(f"{_SERVED}wrap-up/", inbox.WrapUpView.as_view(), name="api-entry-wrap-up"),
    path(f"{_SERVED}extend/", inbox.WrapUpExtendView.as_view(), name="api-entry-extend"),
]

urlpatterns = [
    path("q/<str:queue_id>/", views.entry_page, name="queue-page"),
    path("widget.js", views.widget_script, name="widget"),
    path("embed/s/<str:session_id>/", views.embedded_session_page, name="embedded-session"),
    path("embed/<str:key>/<str:queue_id>/", views.embedded_entry_page, name="embedded-queue"),
    path("embed/<str:key>/<str:queue_id>/button/", views.embedded_button, name="embedded-button"),
]

websocket_urlpatterns = [
    path("ws/inbox/", InboxConsumer.as_asgi()),
    path("ws/monitor/", MonitorConsumer.as_asgi()),
    path("ws/waiting/<str:entry_id>/", WaitingConsumer.as_asgi()),
]
