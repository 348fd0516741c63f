"""Whom one can ring when the program does not help: from the settings, ready to press on a telephone."""

import re

from flask import current_app
from flask_babel import gettext as _

NUMBER = re.compile(r"\+?\d(?:[ ./-]?\d){2,}")


def known() -> list[dict]:
    """The helpdesk and who answers day and night, those of both that the settings name."""
    named = (
        (_("Helpdesk"), current_app.config["BELFORT_HELPDESK"]),
        (_("Day and night"), current_app.config["BELFORT_DUTY_CONTACT"]),
    )
    return [{"label": label, "said": said, "tel": tel_of(said)} for label, said in named if said]


def tel_of(said: str) -> str:
    """The last number in these words as a telephone dials it, or "" where there is none."""
    found = NUMBER.findall(said)
    return re.sub(r"[^+\d]", "", found[-1]) if found else ""
