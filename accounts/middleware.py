"""Keeps the template variable `site` the tenant: allauth's pages bring another thing of that name."""

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin


class TenantInTemplatesMiddleware(MiddlewareMixin):
    """Puts the request's site back into the context of a page that hides it."""

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Replace, never add: other pages get it from the context processor."""
        if response.context_data and "site" in response.context_data and hasattr(request, "site"):
            response.context_data["site"] = request.site
        return response
