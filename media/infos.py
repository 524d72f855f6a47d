"""How rows look in the protocol."""

from media.models import Screenshot
from supportsite.protocol.objects import ScreenshotInfo


def screenshot_info(shot: Screenshot) -> ScreenshotInfo:
    """Show a screenshot; participant and grant must be loaded."""
    return ScreenshotInfo(
        id=shot.public_id,
        participant=shot.participant.public_id,
        grant=shot.grant.public_id,
        width=shot.width,
        height=shot.height,
        size=shot.size,
        sha256=shot.sha256,
        at=shot.at,
    )
