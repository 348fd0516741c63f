"""The queries for whole rows, whose columns are written down once: word for word what peewee writes anew each time."""

import peewee
import pytest
from peewee import fn

from models import Bin, Campaign, Message, Organisation, Recipient

Other = Campaign.alias()


def as_peewee_writes(table):
    return peewee.ModelSelect(table, table._meta.sorted_fields, is_default=True)


def by_table(select) -> dict:
    """The same questions, asked with the `select` of one of both."""
    warnings = select(Campaign).where(Campaign.kind == "warning")
    return {
        "all": select(Bin),
        "joined": select(Message).join(Campaign).where(Campaign.kind == "news"),
        "with itself": select(Campaign)
        .join(Other, on=(Other.id == Campaign.follows))
        .where(Other.kind == "news"),
        "distinct": select(Campaign).join(Message).distinct().order_by(Campaign.id).limit(3),
        "a key of two columns": select(Recipient).where(Recipient.message == 1),
        "of which it is one": select(Message).where(Message.campaign.in_(warnings)),
        "whether there is one": select(Bin).where(fn.EXISTS(warnings)),
        "together": warnings | select(Campaign).where(Campaign.kind == "news"),
        "one after the other": select(Campaign).from_(warnings.alias("warnings")),
        "with one more": select(Bin).select_extend(Organisation.name).join(Organisation),
        "with one only": select(Bin).columns(Bin.id),
        "changed": Message.update(code="").where(Message.campaign.in_(warnings)),
        "copied": Message.insert_from(select(Message).where(Message.id == 1), Message._meta.sorted_fields),
    }


@pytest.mark.parametrize("asked", by_table(as_peewee_writes))
def test_it_is_what_peewee_writes(app, asked):
    ours, theirs = by_table(lambda table: table.select())[asked], by_table(as_peewee_writes)[asked]
    assert ours.sql() == theirs.sql()
