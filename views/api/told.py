"""Rows as programs read them, and the schemas that say so."""

from datetime import datetime

from dispatch.sending import campaigns, placeholders, report, tallies
from dispatch.sending.placeholders import TYPES
from models import (
    CAMPAIGN_STATUSES,
    CHANNELS,
    KINDS,
    LANGUAGES,
    MEMBER_FIELDS,
    MEMBER_ROLES,
    RANKS,
    Bin,
    Campaign,
    Emergency,
    Member,
    Membership,
    Message,
    Template,
)


def record(**parts: dict) -> dict:
    """A schema in which every part is always there."""
    return {"type": "object", "properties": parts, "required": sorted(parts), "additionalProperties": False}


def listed(each: dict) -> dict:
    return {"type": "array", "items": each}


def named(schema: str) -> dict:
    return {"$ref": f"#/components/schemas/{schema}"}


def word(*words: str) -> dict:
    return {"type": "string", "enum": list(words)}


def or_nothing(schema: dict) -> dict:
    return schema | {"type": [schema["type"], "null"]}


def numbers_by(*words: str) -> dict:
    return record(**dict.fromkeys(words, COUNT))


ID = {"type": "integer", "minimum": 1}
COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
MOMENT = {"type": "string", "format": "date-time"}
CURSOR = or_nothing(ID) | {"description": "The `cursor` of the next page; null on the last."}
TABLE = {
    "type": "object",
    "properties": dict.fromkeys(CHANNELS, numbers_by(*RANKS)),
    "additionalProperties": False,
    "description": "Messages by channel and status. Accepted by a gateway is not delivered.",
}
PERSON = {name: TEXT for name in MEMBER_FIELDS if name != "language"} | {"language": word(*LANGUAGES)}
COUNTS = ("rows", "added", "updated", "unchanged", "doubles", "refused", "blank", "absent", "ended")
SCHEMAS = {
    "Template": record(
        id=ID,
        version=ID,
        name=TEXT,
        kind=word(*KINDS),
        channels=listed(word(*CHANNELS)),
        placeholders=listed(named("Placeholder")),
        is_ready=FLAG
        | {"description": "Whether it can be launched as it is, or once its placeholders have values."},
    ),
    "Placeholder": record(
        name=TEXT,
        type=word(*TYPES),
        label=TEXT,
        options=listed(TEXT),
        is_used=FLAG | {"description": "Whether its texts name it, so that it must have a value."},
    ),
    "Campaign": record(
        id=ID,
        name=TEXT,
        kind=word(*KINDS),
        status=word(*CAMPAIGN_STATUSES),
        is_practice=FLAG,
        template=or_nothing(ID),
        channels=listed(word(*CHANNELS)),
        people=COUNT,
        launched_at=or_nothing(MOMENT),
        ended_at=or_nothing(MOMENT),
    ),
    "Report": record(
        campaign=named("Campaign"),
        counts=TABLE,
        left_out=listed(record(reason=TEXT, people=COUNT)),
    ),
    "Message": record(
        reference=TEXT,
        campaign=ID,
        channel=word(*CHANNELS),
        status=word(*RANKS),
        code=TEXT | {"description": "Why, in our word for it; empty when there is nothing to say."},
        parts=COUNT,
        accepted_at=or_nothing(MOMENT),
        ended_at=or_nothing(MOMENT),
    ),
    "Bin": record(id=ID, name=TEXT, town=TEXT, members=COUNT),
    "Membership": record(bin=ID, role=word(*MEMBER_ROLES), is_paused=FLAG),
    "Member": record(
        id=ID,
        version=ID,
        **PERSON,
        mobile_fault=TEXT,
        email_fault=TEXT,
        memberships=listed(named("Membership")),
    ),
    "Arrival": record(
        import_id=or_nothing(ID)
        | {"description": "By it the whole can be undone on the pages; null: nothing written."},
        counts=numbers_by(*COUNTS),
        problems=listed(record(row=ID, field=TEXT, code=TEXT, reason=TEXT, is_row_refused=FLAG)),
    ),
    "Emergency": record(id=ID, name=TEXT, number=TEXT, is_practice=FLAG, began_at=MOMENT),
    "Emergencies": record(items=listed(named("Emergency"))),
    "Counted": record(new=COUNT, replaced=COUNT, same=COUNT),
    "Templates": record(items=listed(named("Template")), next=CURSOR),
    "Campaigns": record(items=listed(named("Campaign")), next=CURSOR),
    "Messages": record(items=listed(named("Message")), next=CURSOR),
    "Bins": record(items=listed(named("Bin")), next=CURSOR),
    "Members": record(items=listed(named("Member")), next=CURSOR),
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": TEXT,
            "faults": {"type": "object", "additionalProperties": TEXT},
        },
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
    },
}


def moment(at: datetime | None) -> str | None:
    """As RFC 3339 writes it, in UTC."""
    return f"{at.isoformat(timespec='seconds')}Z" if at else None


def template(row: Template) -> dict:
    return {
        "id": row.id,
        "version": row.version,
        "name": row.name,
        "kind": row.kind,
        "channels": row.channels,
        "placeholders": [_placeholder(one, placeholders.used(row)) for one in row.placeholders or []],
        "is_ready": not campaigns.faults(row),
    }


def _placeholder(one: dict, used: list[dict]) -> dict:
    return {
        "name": one["name"],
        "type": one["type"],
        "label": one["label"],
        "options": [placeholders.key_of(option) for option in one.get("options", ())],
        "is_used": one in used,
    }


def campaign(row: Campaign) -> dict:
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "status": row.status,
        "is_practice": row.is_practice,
        "template": row.template_id,
        "channels": row.channels,
        "people": row.people,
        "launched_at": moment(row.launched_at),
        "ended_at": moment(row.ended_at),
    }


def standing(row: Campaign) -> dict:
    """Where a campaign's messages are, and who gets nothing and why."""
    left_out = [{"reason": reason, "people": people} for reason, people in report.left_out(row)]
    return {"campaign": campaign(row), "counts": tallies.counts(row), "left_out": left_out}


def emergency(row: Emergency) -> dict:
    return {
        "id": row.id,
        "name": row.name,
        "number": row.number,
        "is_practice": row.is_practice,
        "began_at": moment(row.began_at),
    }


def message(row: Message) -> dict:
    """Where one message is; never to whom it goes."""
    names = ("reference", "channel", "status", "code", "parts")
    moments = {name: moment(getattr(row, name)) for name in ("accepted_at", "ended_at")}
    return {name: getattr(row, name) for name in names} | {"campaign": row.campaign_id} | moments


def bin(row: Bin, members: int) -> dict:
    return {"id": row.id, "name": row.name, "town": row.town, "members": members}


def member(row: Member, memberships: list[Membership]) -> dict:
    names = ("id", "version", *MEMBER_FIELDS, "mobile_fault", "email_fault")
    places = [{"bin": one.bin_id, "role": one.role, "is_paused": one.is_paused} for one in memberships]
    return {name: getattr(row, name) for name in names} | {"memberships": places}
