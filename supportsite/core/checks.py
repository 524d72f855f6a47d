"""Start-up checks of the house rules that Python cannot express."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from supportsite.core.api import ApiView

METHODS = ("get", "post", "put", "patch", "delete")


def list_api_views(resolver: URLResolver | None = None) -> Iterator[tuple[str, type[APIView]]]:
    """Yield (route, view class) of every API view in the address tree."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            for route, inner in list_api_views(entry):
                yield f"{entry.pattern}{route}", inner
        elif isinstance(entry, URLPattern):
            view: Any = getattr(entry.callback, "view_class", None) or getattr(entry.callback, "cls", None)
            if isinstance(view, type) and issubclass(view, APIView):
                yield str(entry.pattern), view


@checks.register(checks.Tags.urls)
def check_declared_permissions(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Every API view is an ApiView and declares exactly the methods that it has."""
    found: list[checks.CheckMessage] = []
    for route, view in list_api_views():
        if view.__module__.startswith("drf_spectacular."):
            continue
        if not issubclass(view, ApiView):
            found.append(checks.Error(f"{route}: {view.__name__} is no ApiView", id="core.E001"))
            continue
        has = {name.upper() for name in METHODS if hasattr(view, name)}
        if has != set(view.permissions):
            text = f"{route}: {view.__name__} has {sorted(has)} but declares {sorted(view.permissions)}"
            found.append(checks.Error(text, id="core.E002"))
    return found


@checks.register(checks.Tags.models)
def check_site_column(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Every model of ours has a site, or settings.SITELESS_MODELS says why it has none."""
    ours = {"core", "accounts", "support_sessions", "media", "acd", "reports"}
    found: list[checks.CheckMessage] = []
    for model in apps.get_models():
        if model._meta.app_label not in ours or model._meta.proxy or model._meta.label in settings.SITELESS_MODELS:
            continue
        if "site" not in {field.name for field in model._meta.get_fields()}:
            text = f"{model._meta.label} has no `site` and is not in SITELESS_MODELS"
            found.append(checks.Error(text, obj=model, id="core.E003"))
    return found
