"""How many pictures are on the way between a source and its viewer. Pure."""

from supportsite.protocol.relay import RELAY_PICTURES_IN_FLIGHT, PicturePart


class PictureGate:
    """Lets a picture in only while fewer than two are not acknowledged, and its parts only in order."""

    def __init__(self) -> None:
        self._waiting: set[int] = set()
        self._newest = 0
        self._next_part: int | None = None

    def admit(self, part: PicturePart) -> bool:
        """Tell whether this part may pass, and count it."""
        if part.part == 0:
            if self._next_part is not None or part.number <= self._newest:
                return False
            if len(self._waiting) >= RELAY_PICTURES_IN_FLIGHT:
                return False
            self._newest = part.number
            self._waiting.add(part.number)
        elif part.number != self._newest or part.part != self._next_part:
            return False
        self._next_part = None if part.last else part.part + 1
        return True

    def acknowledge(self, number: int) -> None:
        """Forget the pictures up to `number`. Raises ValueError for one that was never sent."""
        if number > self._newest:
            raise ValueError("acknowledged before it was sent")
        self._waiting = {one for one in self._waiting if one > number}
