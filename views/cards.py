"""The card “save this number” of an organisation: on screen and on paper with a QR code, and as a file."""

import segno
from flask import Blueprint, Response, current_app, render_template
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from dispatch.papers import vcard
from dispatch.papers.vcard import Card
from models import Organisation
from views import guard
from views.bins import attached

pages = Blueprint("cards", __name__)


@pages.get("/card")
@guard.needs("bin.see")
def show():
    here, name = current_user.organisation, current_app.config["BELFORT_SMS_SENDER"]
    card = of(here)
    return render_template(
        "cards/show.html",
        organisation=here,
        card=card,
        qr=_qr(vcard.written(card._replace(note=""), "3.0")),
        sms_name="" if vcard.senders([name]) else name,
    )


@pages.get("/card/<any('4.0', '3.0'):version>.vcf")
@guard.needs("bin.see")
def save(version: str):
    return file(current_user.organisation, version)


def of(organisation: Organisation) -> Card:
    """The senders of this installation under the name of an organisation."""
    config = current_app.config
    return Card(
        name=organisation.name,
        numbers=vcard.senders([config["BELFORT_VOICE_SENDER"], config["BELFORT_SMS_SENDER"]]),
        emails=(config["BELFORT_EMAIL_SENDER"],),
        note=_(
            "Sends warnings and news of your neighbourhood. Cannot be answered; in an emergency call 112."
        ),
    )


def file(organisation: Organisation, version: str = "4.0") -> Response:
    content = vcard.written(of(organisation), version).encode()
    return attached(content, f"{organisation.slug}.vcf", "text/vcard; charset=utf-8")


def _qr(text: str) -> Markup:
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        omitsize=True,
        dark="#000",
        light="#fff",
        title=_("QR code of the card"),
        svgclass="qr",
        lineclass=None,
    )
    return Markup(drawn)  # nosec B704 # made by segno from our own words
