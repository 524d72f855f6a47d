"""Content Security Policy: strict with a nonce everywhere, apart where a foreign page cannot live with it.

The admin's skin runs Alpine, which compiles expressions of its own templates; nothing that users write is a template.
"""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ADMIN: dict[str, Any] = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "object-src": [NONE],
}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp with another policy for the admin."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Choose the policy and set the header."""
        if request.path.startswith("/admin/"):
            response._csp_config = ADMIN  # type: ignore[attr-defined]  # noqa: SLF001 - its own hook
        return super().process_response(request, response)
