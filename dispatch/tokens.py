"""Tokens of programs: made by a person, shown once, recognised by a digest, counted, revoked."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from dispatch import audit, rights
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.words import N_, Sentence
from models import Campaign, Token, User, writing

# What a token may be given, and the rights that its account needs for it each time.
SCOPES = {
    "campaign.see": ("campaign.see",),
    "campaign.launch": ("campaign.compose", "campaign.launch"),
    "campaign.control": ("campaign.launch",),
    "member.see": ("member.see", "member.export"),
    "member.change": ("member.change", "member.import"),
}
SCOPE_NAMES = {
    "campaign.see": N_("see campaigns and templates"),
    "campaign.launch": N_("launch templates"),
    "campaign.control": N_("pause, resume and stop campaigns"),
    "member.see": N_("take members out"),
    "member.change": N_("bring members in, change them and end them"),
}
MOODS = ("real", "practice")
MOST_DAYS = 366
MOST_A_MINUTE = 120
LONGEST_NAME = 100
MINUTE = timedelta(minutes=1)
PREFIX = "belfort"


class TooMany(Refusal):
    """The token asked more often than it may; `seconds` is how long it must wait."""

    def __init__(self, seconds: int):
        sentence = N_("More than %(most)s calls in a minute. Wait %(seconds)s seconds.")
        super().__init__(sentence, most=MOST_A_MINUTE, seconds=seconds)
        self.seconds = seconds


class TooManyWrong(TooMany):
    """One address showed too many tokens that are none."""

    def __init__(self):
        Refusal.__init__(self, N_("Too many wrong tokens. Wait a minute, and look at the token."))
        self.seconds = int(MINUTE.total_seconds())


# ── By people ───────────────────────────────────────────────────────────


def make(
    *, name: str, scopes: Iterable[str], is_practice: bool, days: int, by: User, now: datetime
) -> tuple[Token, str]:
    """A new token that acts as this person, and the text of it that is never seen again; raises Incomplete."""
    if not rights.may(by, "token.change"):
        raise NotAllowed(N_("Only an administrator of the organisation makes tokens."))
    chosen, name = [scope for scope in SCOPES if scope in set(scopes)], name.strip()
    _refuse_unclear(name, chosen, is_practice, days)
    text = f"{PREFIX}_{MOODS[is_practice]}_{secrets.token_urlsafe(32)}"
    with writing():
        token = Token.create(
            organisation=by.organisation_id,
            by=by,
            name=name,
            digest=_digest(text),
            hint=text[-4:],
            scopes=chosen,
            is_practice=is_practice,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        audit.record("token.made", token, by=by, now=now, scopes=chosen, practice=is_practice, days=days)
    return token, text


def _refuse_unclear(name: str, scopes: list[str], is_practice: bool, days: int) -> None:
    faults = {}
    if not 0 < len(name) <= LONGEST_NAME:
        faults["name"] = Sentence(
            N_("Say in at most %(most)s characters what the token is for."), most=LONGEST_NAME
        )
    if not scopes:
        faults["scopes"] = Sentence(N_("Choose at least one thing that the token may do."))
    if is_practice and "member.change" in scopes:
        faults["scopes"] = Sentence(N_("The member lists are real: a token for practice cannot change them."))
    if not 1 <= days <= MOST_DAYS:
        faults["days"] = Sentence(N_("A token is valid for 1 to %(most)s days."), most=MOST_DAYS)
    if faults:
        raise Incomplete(N_("The token was not made."), faults)


def revoke(token: Token, *, by: User, now: datetime) -> None:
    """Ends a token at once and for good."""
    with writing():
        here = (Token.id == token.id) & Token.revoked_at.is_null()
        if not Token.update(revoked_at=now).where(here).execute():
            raise WrongMoment(N_("This token was revoked already."))
        audit.record("token.revoked", token, by=by, now=now)


def state_of(token: Token, now: datetime) -> str:
    """ "live", "revoked", "expired", or "stopped": its account lost the right, left, or was closed."""
    if token.revoked_at:
        return "revoked"
    if token.expires_at <= now:
        return "expired"
    return "live" if _is_theirs(token) else "stopped"


def _is_theirs(token: Token) -> bool:
    is_here = token.by.is_active and token.by.organisation_id == token.organisation_id
    return is_here and rights.may(token.by, "token.change")


# ── By programs ─────────────────────────────────────────────────────────


def find(text: str, now: datetime) -> Token | None:
    """The token of this text, with its account, if it is live at this moment."""
    token = Token.select(Token, User).join(User).where(Token.digest == _digest(text)).first()
    return token if token and state_of(token, now) == "live" else None


def admit(token: Token, operation: str, *, now: datetime, **ids: int | str) -> None:
    """Counts one call and writes it down with the ids that it asks for; raises TooMany."""
    with writing():
        begun, calls = Token.select(Token.minute_at, Token.calls).where(Token.id == token.id).tuples().get()
        if begun is None or not begun <= now < begun + MINUTE:
            begun, calls = now, 0
        if calls >= MOST_A_MINUTE:
            raise TooMany(max(1, round((begun + MINUTE - now).total_seconds())))
        Token.update(used_at=now, minute_at=begun, calls=calls + 1).where(Token.id == token.id).execute()
        audit.record("api.called", token, by=token.by, now=now, operation=operation, **ids)


def may(token: Token, scope: str) -> bool:
    """Whether both the token and its account may do this, now."""
    return scope in token.scopes and all(rights.may(token.by, right) for right in SCOPES[scope])


def sees(token: Token, campaign: Campaign) -> bool:
    """A token for practice knows no real campaign, and the other way round."""
    return campaign.is_practice == token.is_practice


def _digest(text: str) -> str:
    """Of 256 chance bits no slow hash is needed: nobody can try them all."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()
