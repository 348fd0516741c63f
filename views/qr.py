"""The picture that sets a telephone up, and the same key in letters for who cannot scan it."""

import segno
from flask_babel import gettext as _
from markupsafe import Markup

from dispatch.access import second_factor
from models import SecondFactor

GROUP = 4


def shown(factor: SecondFactor) -> dict:
    """The QR code as SVG, dark on white whatever the colours of the page, and the key in groups of four."""
    address = second_factor.address_of(factor)
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True,  # the stylesheet gives it one: without a viewBox a smaller one would cut it off
        dark="#000",
        light="#fff",
        title=_("QR code for the application on your telephone"),
        svgclass="qr",
        lineclass=None,
    )
    groups = [factor.secret[at : at + GROUP] for at in range(0, len(factor.secret), GROUP)]
    return {"qr": Markup(drawn), "key": " ".join(groups), "address": address}  # nosec B704 # made by segno from our own words
