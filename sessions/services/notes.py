"""The CSRs' note, saved as typed; nobody overwrites what they have not seen."""

from sessions.events import record_event
from sessions.infos import note_info
from sessions.models import Note, NoteVersion
from sessions.selectors.access import Access
from sessions.services.holding import hold
from supportsite.core.errors import AppError
from supportsite.protocol.base import Audience
from supportsite.protocol.events import NoteSaved


def save_note(access: Access, *, text: str, base_version: int) -> Note:
    """Save the note; CSRs of the session only.

    Args:
        access: a CSR who is inside.
        text: the whole text, at most 20,000 characters; unchanged text makes no version.
        base_version: the version that the writer changed.

    Raises AppError note_conflict (409) with the note as it is now, session_ended.
    """
    with hold(access) as held:
        held.require_csr()
        held.require_live()
        note, _ = Note.objects.select_related("author").get_or_create(
            support_session=held.support_session, defaults={"site": held.support_session.site}
        )
        saved: Note = note
        if saved.version != base_version:
            raise AppError("note_conflict", status=409, note=note_info(saved).model_dump(mode="json"))
        if saved.text == text:
            return saved
        saved.text, saved.version, saved.author, saved.at = text, saved.version + 1, held.person, held.now
        saved.save()
        NoteVersion.objects.create(
            site=saved.site, note=saved, version=saved.version, text=text, author=held.person, at=held.now
        )
        record_event(
            held.support_session,
            NoteSaved,
            actor=held.actor,
            audience=Audience.CSRS,
            version=saved.version,
            author=held.person.public_id,
        )
        held.touch()
        return saved
