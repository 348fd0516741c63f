"""Papers that came from outside, kept as they were received: each a whole PDF by its content."""

from datetime import datetime

from dispatch.errors import Refusal
from dispatch.words import N_
from models import Document, Organisation

NO_PDF = N_("This is not a whole PDF. Save the signed agreement as PDF, then choose it again.")


def keep(
    organisation: Organisation | int,
    content: bytes,
    filename: str,
    *,
    kind: str,
    now: datetime,
    refusal: str = NO_PDF,
) -> Document:
    """Keeps a paper in the caller's transaction; raises Refusal at the field "file", whatever its name promises."""
    if not is_pdf(content):
        raise Refusal(refusal, field="file")
    return Document.create(
        organisation=organisation,
        kind=kind,
        filename=filename[-120:] or "agreement.pdf",
        media_type="application/pdf",
        content=content,
        made_at=now,
    )


def is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]
