"""Addresses of media paths."""

from django.urls import path

from media.api import IceView

api_urlpatterns = [path("sessions/<str:session_id>/ice/", IceView.as_view(), name="api-ice")]
