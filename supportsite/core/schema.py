"""The API's schema from what views declare: `permissions`, `bodies`, `answers`; errors have their one shape."""

from typing import Any

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_object_type
from drf_spectacular.utils import OpenApiResponse

from supportsite.core.api import ApiView, Open

ERROR = build_object_type(
    properties={
        "code": {"type": "string"},
        "message": {"type": "string"},
        "data": {"type": "object", "additionalProperties": {}},
        "ref": {"type": "string"},
    },
    required=["code", "message", "data", "ref"],
)
ANY_OBJECT = build_object_type(additionalProperties={})
STATUS = {"POST": "201", "DELETE": "204"}


class ApiSchema(AutoSchema):
    """drf-spectacular's generator, reading the declarations of ApiView."""

    def get_operation_id(self) -> str:
        """Return `<method>_<name of the view>`: view names are unique below /api/v1/."""
        return f"{self.method.lower()}_{type(self.view).__name__.removesuffix('View')}"

    def get_tags(self) -> list[str]:
        """Return the app that the view belongs to."""
        return [type(self.view).__module__.split(".", maxsplit=1)[0]]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return the ways to authenticate, by settings.API_SECURITY_SCHEMES."""
        view = self.view
        if isinstance(view, ApiView) and view.permissions.get(self.method) is Open.ANYONE:
            return []
        kinds = [type(item) for item in view.get_authenticators()]
        names = [f"{kind.__module__}.{kind.__name__}" for kind in kinds]
        return [{settings.API_SECURITY_SCHEMES[name][0]: []} for name in names if name in settings.API_SECURITY_SCHEMES]

    def get_request_serializer(self) -> Any:
        """Return the body's model."""
        return getattr(self.view, "bodies", {}).get(self.method)

    def get_response_serializers(self) -> Any:
        """Return the answer's model and the one error shape."""
        answer = getattr(self.view, "answers", {}).get(self.method, ANY_OBJECT)
        status = "204" if answer is None else STATUS.get(self.method, "200")
        return {
            status: OpenApiResponse(answer, description=""),
            "default": OpenApiResponse({"$ref": "#/components/schemas/Error"}, description="Refused"),
        }


def add_shared_parts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Describe the ways to authenticate and the error shape; drf-spectacular's post-processing hook."""
    components = result.setdefault("components", {})
    components.setdefault("securitySchemes", {}).update(dict(settings.API_SECURITY_SCHEMES.values()))
    components.setdefault("schemas", {})["Error"] = ERROR
    return result
