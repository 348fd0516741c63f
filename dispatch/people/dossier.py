"""Everything that is kept about one person, for that person (GDPR, articles 15 and 20)."""

import json
from datetime import datetime

from dispatch import audit, papers
from dispatch.people.members import FIELD_NAMES, values_of
from dispatch.people.processing import basis_of
from dispatch.sending import report
from dispatch.words import CHANNELS, LANGUAGE_NAMES, MEMBER_ROLES, MESSAGE_STATUSES, N_, moment, translator
from models import (
    Campaign,
    DataCheck,
    Import,
    Inbound,
    Member,
    MemberChange,
    Membership,
    Message,
    Recipient,
    Unreached,
    User,
    writing,
)

FILES = {
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHANGES = {
    "added": N_("Added"),
    "changed": N_("Changed"),
    "joined": N_("Became a member"),
    "role": N_("Other role"),
    "paused": N_("Paused"),
    "resumed": N_("Resumed"),
    "ended": N_("Ended"),
    "undone": N_("Import undone"),
    "basis": N_("Legal basis"),
}


def export(member: Member, kind: str, lang: str, *, by: User | None, now: datetime) -> bytes:
    """All of it as "json" (for a machine), "pdf" (to read) or "xlsx"; that it was taken is written down."""
    tables = _tables(member, lang)
    title = translator(lang).gettext(N_("What is kept about %(name)s")) % {"name": member.name}
    with writing():
        audit.record(
            "member.exported", member, by=by, now=now, organisation=member.organisation_id, format=kind
        )
    if kind == "json":
        return json.dumps(gathered(member, lang), ensure_ascii=False, indent=1).encode()
    if kind == "pdf":
        return papers.dossier(title, member.organisation.name, tables, lang)
    return papers.tables_workbook(title, tables, lang)


def gathered(member: Member, lang: str) -> dict:
    """The same for a machine: member, memberships, changes, messages, left_out, checks, replies, imports."""
    return {
        "organisation": member.organisation.name,
        "member": {"id": member.id, **values_of(member), "kept_since": str(member.created_at)},
        "memberships": [_membership(row, lang) for row in memberships(member)],
        "changes": [
            {"at": str(row.at), "deed": row.deed, "fields": row.fields, "import": row.source_id}
            for row in changes(member)
        ],
        "messages": [_message(row) for row in messages(member)],
        "left_out": [
            {"campaign": row.campaign.name, "at": str(row.campaign.launched_at), "reason": row.reason}
            for row in left_out(member)
        ],
        "checks": [
            {"asked_at": str(row.sent_at), "by": row.channel, "answer": row.answer, "proposal": row.proposal}
            for row in member.checks.order_by(DataCheck.id)
        ],
        "replies": [{"at": str(row.at), "number": row.number, "text": row.text} for row in replies(member)],
        "imports": [
            {"id": row.id, "file": row.filename, "at": str(row.created_at)} for row in imports(member)
        ],
    }


def memberships(member: Member):
    return member.memberships.order_by(Membership.id)


def changes(member: Member):
    return member.changes.order_by(MemberChange.id)


def messages(member: Member):
    mine = Recipient.select(Recipient.message).where(Recipient.member == member.id)
    return Message.select(Message, Campaign).join(Campaign).where(Message.id.in_(mine)).order_by(Message.id)


def left_out(member: Member):
    query = Unreached.select(Unreached, Campaign).join(Campaign).where(Unreached.member == member.id)
    return query.order_by(Campaign.id)


def replies(member: Member):
    return Inbound.select().where(Inbound.member == member.id).order_by(Inbound.id)


def imports(member: Member):
    mine = MemberChange.select(MemberChange.source).where(MemberChange.member == member.id)
    return Import.select().where(Import.id.in_(mine)).order_by(Import.id)


def _membership(row: Membership, lang: str) -> dict:
    return {
        "bin": row.bin.name,
        "role": row.role,
        "joined_at": str(row.joined_at),
        "paused_at": str(row.paused_at or ""),
        "ended_at": str(row.ended_at or ""),
        "basis": basis_of(row, lang),
    }


def _message(row: Message) -> dict:
    text = row.campaign.texts.get(row.channel, {})
    said = text.get(row.language) or text.get(row.campaign.fallback_language) or {}
    return {
        "campaign": row.campaign.name,
        "channel": row.channel,
        "address": row.address,
        "practice": row.is_practice,
        "status": row.status,
        "claimed_at": str(row.claimed_at or ""),
        "ended_at": str(row.ended_at or ""),
        "text": said,
    }


# ── On paper ────────────────────────────────────────────────────────────


def _tables(member: Member, lang: str) -> list[papers.Table]:
    """Chapters for a reader: (title, titles of the columns, rows)."""
    _ = translator(lang).gettext
    return [
        (_("Data"), [_("Field"), _("Value")], _data(member, lang)),
        (
            _("Memberships"),
            ["BIN", _("Role"), _("From"), _("Until"), _("Legal basis")],
            [
                [
                    row.bin.name,
                    _(MEMBER_ROLES[row.role]),
                    moment(row.joined_at, lang),
                    moment(row.ended_at, lang),
                    basis_of(row, lang),
                ]
                for row in memberships(member)
            ],
        ),
        (_("Changes"), [_("When"), _("Deed"), _("Data")], [_change(row, lang) for row in changes(member)]),
        (
            _("Messages"),
            [_("When"), _("Campaign"), _("Channel"), _("Number or address"), _("State"), _("What happened")],
            [_told(row, lang) for row in messages(member)],
        ),
        (
            _("Personal links"),
            [_("Sent"), _("Answered"), _("Proposed")],
            [_link(row, lang) for row in member.checks.order_by(DataCheck.id)],
        ),
        (
            _("Replies"),
            [_("When"), _("Number"), _("Text")],
            [[moment(row.at, lang), row.number, row.text] for row in replies(member)],
        ),
        (
            _("Imports"),
            [_("When"), _("File")],
            [[moment(row.created_at, lang), row.filename] for row in imports(member)],
        ),
    ]


def _data(member: Member, lang: str) -> list[list[str]]:
    _ = translator(lang).gettext
    values = values_of(member) | {"language": _(LANGUAGE_NAMES[member.language])}
    rows = [[_(FIELD_NAMES[name]), value or "-"] for name, value in values.items()]
    return [*rows, [_("Kept since"), moment(member.created_at, lang)]]


def _link(row: DataCheck, lang: str) -> list[str]:
    return [moment(row.sent_at, lang), moment(row.answered_at, lang), _fields(row.proposal, lang)]


def _change(row: MemberChange, lang: str) -> list[str]:
    deed = translator(lang).gettext(CHANGES[row.deed])
    return [moment(row.at, lang), deed, _fields(row.fields, lang)]


def _fields(changed: dict, lang: str) -> str:
    _ = translator(lang).gettext
    told = (
        f"{_(FIELD_NAMES.get(name, name))}: {old or '-'} → {new or '-'}"
        for name, (old, new) in changed.items()
    )
    return ", ".join(told) or "-"


def _told(row: Message, lang: str) -> list[str]:
    _ = translator(lang).gettext
    return [
        moment(row.claimed_at or row.due_at, lang),
        row.campaign.name,
        _(CHANNELS[row.channel]),
        row.address,
        _(MESSAGE_STATUSES[row.status]),
        report.what_happened(row).said_by(_),
    ]
