"""A press that comes again: on a slow line somebody presses once more, though the first press did its work."""

from datetime import datetime, timedelta

from peewee import Field

AGAIN = timedelta(minutes=2)  # the same words of the same hand within it are one deed


def same(made_at: Field, now: datetime, **facts):
    """The row with these facts that was made a moment ago; None for a deed of its own. In the caller's transaction."""
    return made_at.model.get_or_none(made_at > now - AGAIN, **facts)
