"""The picture that sets a telephone up, and the same key in letters for who cannot scan it."""

import segno
from flask_babel import gettext as _
from markupsafe import Markup

from dispatch.access import second_factor
from models import SecondFactor

SCALE, GROUP = 5, 4


def shown(factor: SecondFactor) -> dict:
    """The QR code as SVG, dark on white whatever the colours of the page, and the key in groups of four."""
    made = segno.make(second_factor.address_of(factor), error="m", micro=False)
    title = _("QR code for the application on your telephone")
    drawn = made.svg_inline(
        scale=SCALE, dark="#000", light="#fff", title=title, svgclass="qr", lineclass=None
    )
    groups = [factor.secret[at : at + GROUP] for at in range(0, len(factor.secret), GROUP)]
    return {"qr": Markup(drawn), "key": " ".join(groups)}
