"""What can go wrong, by code. `texts.explain` gives each code its sentence."""

from typing import Any


class AgentError(Exception):
    """A fault with a code that a person gets a sentence for. `status` is the HTTP status, 0 without one."""

    def __init__(self, code: str, *, message: str = "", status: int = 0, data: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.status = status
        self.data = data or {}

    @property
    def passing(self) -> bool:
        """Whether trying again later can help: the link or the server, not the command, was at fault."""
        return self.code == "unreachable" or self.status >= 500 or self.status == 429
