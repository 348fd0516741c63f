"""What is remembered: tables, constraints and small questions. What is done with them lives in dispatch/."""

from datetime import date
from pathlib import Path

from peewee import (
    BigAutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    Check,
    CompositeKey,
    DateField,
    DateTimeField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    SqliteDatabase,
    TextField,
)
from playhouse.migrations import Runner

import founding
from dialect import among, locked, together  # noqa: F401 # every room finds here what it asks of the database
from founding import MIGRATIONS
from store import (  # noqa: F401
    LANGUAGES,
    PRAGMAS,
    Prepared,
    Table,
    afterwards,
    alone,
    at_hand,
    beside,
    carrying,
    connect,
    database,
    is_lost,
    is_postgres,
    listen,
    ring,
    slots,
    writing,
)

# ── Ground ──────────────────────────────────────────────────────────────


class WrongSchema(Exception):
    """The database is older or newer than this program."""


def migrate() -> list[str]:
    """Brings the database up to this program's tables; returns the names of the steps that it took."""
    with database.connection_context():
        if not is_postgres():
            return Runner(database.obj, MIGRATIONS).up()
        if founding.is_empty():
            return founding.found(TABLES)
        steps = Runner(database.obj, MIGRATIONS).up()
        founding.loosen()
        return steps


def bring_up(path: Path) -> None:
    """The same for a file of its own, while this program goes on with its database."""
    beside_ours = SqliteDatabase(path, pragmas=PRAGMAS | {"journal_mode": "delete"})
    with beside_ours.connection_context():
        Runner(beside_ours, MIGRATIONS).up()


def check_schema() -> None:
    """Raises WrongSchema, with what to do, unless the database has exactly this program's tables."""
    with database.connection_context():
        steps = Runner(database.obj, MIGRATIONS).status()
    if any(step.path is None for step in steps):
        raise WrongSchema(
            "This database was made by a newer Belfort. Start that one, or restore an older backup."
        )
    if any(step.applied is None for step in steps):
        raise WrongSchema("The database is older than this program. Run: flask migrate")


def schema() -> str:
    """The last step that made the tables what they are."""
    [(name,)] = database.execute_sql("SELECT MAX(name) FROM schema_migration").fetchall()
    return name


def one_of(field: str, words) -> Check:
    return Check(f"{field} IN ({', '.join(repr(word) for word in words)})")


# ── Who ─────────────────────────────────────────────────────────────────

ORGANISATION_KINDS = (
    "police_zone",
    "municipality",
    "province",
    "federal_service",
    "contact_centre",
    "platform",
)
ROLES = (
    "platform_admin",
    "organisation_admin",
    "sender",
    "coordinator",
    "authorised_person",
    "centre_supervisor",
    "operator",
    "liaison_officer",
    "reader",
)


class Organisation(Table):
    """A police zone, a municipality, a province, a federal service, the contact centre, or the platform itself."""

    kind = CharField()
    name = CharField(unique=True)
    slug = CharField(unique=True)
    language = CharField(default="nl")
    email = CharField(default="")
    phone = CharField(default="")
    parent = ForeignKeyField("self", null=True, backref="children", on_delete="RESTRICT")
    ready_at = DateTimeField(null=True)  # since then everything is there to send something real
    openings = JSONField(null=True)  # how its calls begin and end, by language; see sending.speech
    asks_second_factor = BooleanField(default=False)  # of everybody, not only of those who must have one
    rights_version = IntegerField(default=1)  # of the matrix: of two who change it one hears of the other
    payment = CharField(default="")  # one of PAYMENTS: how its messages are paid
    is_national_desk = BooleanField(default=False)  # the federal service that takes campaigns over
    practice_months = IntegerField(default=0)  # who has not practised for so long is reminded; 0: nobody
    feed_since = DateTimeField(null=True)  # the warnings launched since then stand in a feed for everybody
    quiet_from = CharField(
        default=""
    )  # "22:00" in Brussels: from then on only warnings ring; "": at any hour
    quiet_until = CharField(default="")

    class Meta:
        constraints = (one_of("kind", ORGANISATION_KINDS),)

    @property
    def is_ready(self) -> bool:
        return self.ready_at is not None


class User(Table):
    """A person who signs in, in one organisation with one role."""

    organisation = ForeignKeyField(Organisation, backref="users", on_delete="RESTRICT")
    email = CharField(unique=True)
    name = CharField()
    role = CharField()
    phone = CharField(default="")
    language = CharField(default="nl")
    password_hash = CharField(default="")
    is_active = BooleanField(default=True)
    created_at = DateTimeField()
    is_demonstration = BooleanField(default=False)  # signs in with what is printed, without a second factor
    practice_reminded_at = DateTimeField(null=True)  # the last time that a mail asked to practise
    tour_step = IntegerField(default=1)  # which of the first steps comes next; 0: none any more

    is_authenticated = True
    is_anonymous = False

    class Meta:
        constraints = (one_of("role", ROLES),)

    @property
    def is_invited(self) -> bool:
        """Whether the invitation was not taken up yet: without a password nobody signs in."""
        return not self.password_hash

    def get_id(self) -> str:
        return str(self.id)


class SignIn(Table):
    """One session of one person: a cookie that was copied is worth nothing once they have signed out.

    It holds nobody's place until `passed_at`: the second factor was given, or none is asked.
    """

    token_hash = CharField(unique=True)
    user = ForeignKeyField(User, backref="sign_ins", on_delete="CASCADE")
    address = CharField(default="")
    agent = CharField(default="")  # what the browser says that it is
    began_at = DateTimeField()
    passed_at = DateTimeField(null=True)
    seen_at = DateTimeField()
    confirmed_at = DateTimeField(null=True)  # the last time that the person showed again who they are
    ended_at = DateTimeField(null=True)
    practises = BooleanField(default=False)


class SignInFailure(Table):
    """How often in a row signing in failed for one account or from one address, and until when both must wait."""

    key = CharField(primary_key=True)
    failures = IntegerField(default=0)
    last_at = DateTimeField()


class SecondFactor(Table):
    """The telephone that makes a person's codes (RFC 6238); it counts from `confirmed_at` on."""

    user = ForeignKeyField(User, backref="second_factors", on_delete="CASCADE")
    secret = CharField()
    began_at = DateTimeField()
    confirmed_at = DateTimeField(null=True)
    last_step = IntegerField(default=0)  # of the last code that was taken: no code is taken twice


class RecoveryCode(Table):
    """A code on paper for whoever lost the telephone; each works once."""

    user = ForeignKeyField(User, backref="recovery_codes", on_delete="CASCADE")
    code_hash = CharField()
    used_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("user", "code_hash"), True),)


LINK_PURPOSES = ("reset", "invitation")


class Link(Table):
    """A link that was mailed to one person, to set a password once and before it expires."""

    token_hash = CharField(unique=True)
    user = ForeignKeyField(User, backref="links", on_delete="CASCADE")
    purpose = CharField()
    letter = BigIntegerField(null=True)  # the mail that carries it, until it has left
    made_at = DateTimeField()
    expires_at = DateTimeField()
    ended_at = DateTimeField(null=True)

    class Meta:
        constraints = (one_of("purpose", LINK_PURPOSES),)


class ResetRequest(Table):
    """Somebody typed this address as the one of a forgotten password; whether it is anybody's is looked up later."""

    email = CharField()
    asked_at = DateTimeField()


class PendingChange(Table):
    """A change that one administrator asked and another must confirm before it is done."""

    organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
    kind = CharField()  # whoever knows the kind does the deed: dispatch/access/pending.py
    about = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    facts = JSONField(default=dict)
    asked_by = ForeignKeyField(User, on_delete="RESTRICT")
    asked_at = DateTimeField()
    expires_at = DateTimeField()
    status = CharField(default="asked")
    decided_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    decided_at = DateTimeField(null=True)

    class Meta:
        constraints = (one_of("status", ("asked", "confirmed", "refused")),)
        indexes = ((("organisation", "status"), False),)


# ── Where ───────────────────────────────────────────────────────────────


class Bin(Table):
    """A neighbourhood information network of one police zone."""

    organisation = ForeignKeyField(Organisation, backref="bins", on_delete="RESTRICT")
    name = CharField()
    slug = CharField()
    town = CharField(default="")
    created_at = DateTimeField()
    streets = JSONField(null=True)  # the names of all that lie in it, where somebody wrote them down
    checked_at = DateTimeField(null=True)  # when its members were last asked to look at their data
    reminded_at = DateTimeField(null=True)  # when its coordinators were last told that it is time to ask

    class Meta:
        indexes = ((("organisation", "name"), True),)


class Mandate(Table):
    """A coordinator's account looks after this BIN."""

    user = ForeignKeyField(User, backref="mandates", on_delete="CASCADE")
    bin = ForeignKeyField(Bin, backref="mandates", on_delete="CASCADE")

    class Meta:
        primary_key = CompositeKey("user", "bin")


class Grant(Table):
    """One box of the rights matrix: a role or a person may do this deed, in one BIN or in all.

    What is sent has a kind and a channel; the other deeds have none.
    """

    organisation = ForeignKeyField(Organisation, backref="grants", on_delete="RESTRICT")
    role = CharField(default="")
    user = ForeignKeyField(User, null=True, backref="grants", on_delete="CASCADE")
    bin = ForeignKeyField(Bin, null=True, on_delete="CASCADE")  # null: all that the person sees
    deed = CharField()
    kind = CharField(default="")
    channel = CharField(default="")

    class Meta:
        indexes = ((("organisation", "role"), False),)
        constraints = (Check("(role = '') <> (user_id IS NULL)"),)


# ── Whom ────────────────────────────────────────────────────────────────

MEMBER_FIELDS = (
    "last_name",
    "first_name",
    "mobile",
    "phone",
    "email",
    "street",
    "house_number",
    "box",
    "postcode",
    "town",
    "language",
)
CONTACTS = ("mobile", "phone", "email")  # of which we know whether they work
MEMBER_ROLES = ("coordinator", "co_coordinator", "member")


class Member(Table):
    """A person who receives messages; one row a person in a zone, however many BINs they belong to."""

    organisation = ForeignKeyField(Organisation, backref="members", on_delete="RESTRICT")
    last_name = CharField()
    first_name = CharField(default="")
    name_key = CharField()  # the name without case, accents or order, to find doubles
    search_key = TextField(default="")  # what a search looks through, without case or accents
    mobile = CharField(default="")
    phone = CharField(default="")
    email = CharField(default="")
    street = CharField(default="")
    house_number = CharField(default="")
    box = CharField(default="")
    postcode = CharField(default="")
    town = CharField(default="")
    language = CharField(default="nl")
    mobile_fault = CharField(default="")  # the reason that the last message to it could not arrive
    phone_fault = CharField(default="")
    email_fault = CharField(default="")
    mobile_failures = IntegerField(default=0)  # how many messages failed for good since one arrived
    phone_failures = IntegerField(default=0)
    email_failures = IntegerField(default=0)
    confirmed_at = DateTimeField(null=True)  # the last time that this person said that the data are right
    sms_news_ended_at = DateTimeField(
        null=True
    )  # since then this person wants no news that way; warnings always come
    email_news_ended_at = DateTimeField(null=True)
    version = IntegerField(default=1)
    created_at = DateTimeField()
    changed_at = DateTimeField()
    erased_at = DateTimeField(
        null=True
    )  # since then the row is nobody: it only holds counts and proof together

    class Meta:
        indexes = (
            (("organisation", "name_key"), False),
            (("organisation", "mobile"), False),
            (("organisation", "phone"), False),
            (("organisation", "email"), False),
            (("organisation", "last_name", "first_name"), False),
        )

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def listed_name(self) -> str:
        return ", ".join(part for part in (self.last_name, self.first_name) if part)

    @property
    def address(self) -> str:
        """Street, number and box as Belgians write it in any language: Molenweg 40/2."""
        return f"{self.street} {'/'.join(filter(None, (self.house_number, self.box)))}".strip()

    @property
    def is_reachable(self) -> bool:
        return bool(self.mobile or self.phone or self.email)


class Membership(Table):
    """A member belongs to a BIN, with a role there; paused until a day, or ended."""

    member = ForeignKeyField(Member, backref="memberships", on_delete="CASCADE")
    bin = ForeignKeyField(Bin, backref="memberships", on_delete="RESTRICT")
    role = CharField(default="member")
    joined_at = DateTimeField()
    paused_at = DateTimeField(null=True)
    ended_at = DateTimeField(null=True)
    basis = CharField(
        default=""
    )  # why we may keep this person: a key of processing.BASES, "" when nobody said
    basis_on = DateField(null=True)
    basis_source = CharField(default="")  # where it is written down: "paper form", "mail of 3 May"

    class Meta:
        indexes = ((("member", "bin"), True), (("bin", "ended_at"), False))
        constraints = (one_of("role", MEMBER_ROLES),)

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def is_ended(self) -> bool:
        return self.ended_at is not None


class Uploaded(Table):
    """What a list of members and a table of users share: the file, how it was understood, what was done with it."""

    filename = CharField()
    content = BlobField(null=True)  # emptied when it is over: the list is not kept twice
    reading = JSONField(default=dict)  # encoding, delimiter, sheet, header_row, columns as the user set them
    counts = JSONField(default=dict)
    status = CharField(default="uploaded")
    created_at = DateTimeField()
    ended_at = DateTimeField(null=True)

    @property
    def is_open(self) -> bool:
        return self.status == "uploaded"

    @property
    def is_committed(self) -> bool:
        return self.status == "committed"


UPLOAD_STATUSES = ("uploaded", "committed", "undone", "discarded")


class Import(Uploaded):
    """A list of members that somebody uploaded for a BIN."""

    organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
    bin = ForeignKeyField(Bin, backref="imports", on_delete="RESTRICT")
    by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class Meta:
        constraints = (one_of("status", UPLOAD_STATUSES),)


class MemberChange(Table):
    """One change of one member: who, when, what it was and what it became."""

    member = ForeignKeyField(Member, backref="changes", on_delete="CASCADE")
    bin = ForeignKeyField(Bin, null=True, on_delete="RESTRICT")
    deed = CharField()  # added, changed, joined, role, paused, resumed, ended, undone
    fields = JSONField(default=dict)  # name: [old, new]
    version = IntegerField()  # of the member after this change
    by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    source = ForeignKeyField(Import, null=True, backref="changes", on_delete="RESTRICT")
    at = DateTimeField()

    class Meta:
        indexes = ((("member", "id"), False),)


CHECK_REASONS = ("round", "dead")
CHECK_ANSWERS = ("", "confirmed", "proposed", "removal")
CHECK_DECISIONS = ("", "accepted", "declined")


class DataCheck(Table):
    """A personal link by which one member sees their own data: confirms, proposes a change, or asks to be removed.

    `code` is what the link signs; `proposal` is {field: [as it was, as it should be]}. A coordinator decides.
    """

    member = ForeignKeyField(Member, backref="checks", on_delete="CASCADE")
    bin = ForeignKeyField(Bin, backref="checks", on_delete="RESTRICT")
    code = CharField(unique=True)
    reason = CharField()  # the yearly round, or a number or mailbox that is dead
    channel = CharField()
    letter = BigIntegerField(null=True)  # what carries the link, until it has left
    by = ForeignKeyField(User, on_delete="RESTRICT")
    sent_at = DateTimeField()
    expires_at = DateTimeField()
    revoked_at = DateTimeField(null=True)
    answer = CharField(default="")
    proposal = JSONField(default=dict)
    answered_at = DateTimeField(null=True)
    decision = CharField(default="")
    decided_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    decided_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("bin", "sent_at"), False),)
        constraints = (
            one_of("reason", CHECK_REASONS),
            one_of("channel", ("sms", "email")),
            one_of("answer", CHECK_ANSWERS),
            one_of("decision", CHECK_DECISIONS),
        )

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def awaits_decision(self) -> bool:
        return self.answer in ("proposed", "removal") and not self.decision

    @property
    def is_confirmed(self) -> bool:
        return self.answer == "confirmed"

    @property
    def asks_removal(self) -> bool:
        return self.answer == "removal"

    @property
    def may_be_taken_back(self) -> bool:
        """Whether who answered may answer anew, as long as the link works."""
        return self.is_answered and not self.decision

    @property
    def is_accepted(self) -> bool:
        return self.decision == "accepted"

    @property
    def is_declined(self) -> bool:
        return self.decision == "declined"


# ── What we say ─────────────────────────────────────────────────────────

CHANNELS = ("sms", "voice", "email")
KINDS = ("warning", "preventive", "news", "other")
FOLLOW_UPS = ("correction", "update", "all_clear")
POLICIES = ("insist", "ask")  # of what may not have arrived: send it again, or ask a person
AWAITED = ("receipt", "acknowledgement")  # what keeps a cascade from the next channel


class Wording(Table):
    """What a campaign and a template share: kind, channels, texts and audience.

    `texts` is {channel: {language: {"subject": …, "body": …, "recording": a Recording's key}}};
    `cascade` is {"order": channels, "minutes": until the next one, "awaits": one of AWAITED};
    `cap` is what other warning systems hear, {"category", "urgency", "severity", "certainty", "is_kept_in"}, or null
    as is usual: see sending.cap.
    `audience` is {"bins": [id], "streets": [[bin id, street]], "members": [id]}; `placeholders` is
    [{"name", "type", "label", "options": [{language: words}]}], for what stands in a text as {{name}}.
    """

    organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
    name = CharField(default="")
    kind = CharField(default="preventive")
    channels = JSONField(default=list)
    texts = JSONField(default=dict)
    audience = JSONField(default=dict)
    fallback_language = CharField(default="nl")
    policy = CharField(default="")  # one of POLICIES, or as the kind has it
    asks_acknowledgement = BooleanField(null=True)  # by reply, key or link: see sending.acknowledgements
    cascade = JSONField(null=True)  # one channel after another, see sending.cascade; null: all at once
    cap = JSONField(null=True)
    placeholders = JSONField(null=True)
    follow_ups = JSONField(null=True)  # {one of FOLLOW_UPS: texts}
    useful_minutes = IntegerField(null=True)  # after the launch; what has not left by then is not delivered
    version = IntegerField(default=1)
    created_at = DateTimeField()
    changed_at = DateTimeField()

    @property
    def turns(self) -> list[str]:
        """Its channels, each the next one of whoever the one before did not reach; all at once without a cascade."""
        return [one for one in self.cascade["order"] if one in self.channels] if self.cascade else []


class Template(Wording):
    """A scenario that is ready to launch, but for what only the day itself can tell."""

    is_template = True
    is_practice = is_draft = False  # the composing page serves a template too, and nothing of it leaves
    held_by_id = None
    by = ForeignKeyField(User, on_delete="RESTRICT")
    touched = JSONField(null=True)  # {path of a text: when it was last written}
    came_from = ForeignKeyField(Organisation, null=True, on_delete="SET NULL")  # whose copy it is
    removed_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("organisation", "name"), False),)
        constraints = (one_of("kind", KINDS),)


class TemplateVersion(Table):
    """What a scenario was after one save, by whom and why; it can be looked at and taken back."""

    template = ForeignKeyField(Template, backref="versions", on_delete="CASCADE")
    version = IntegerField()
    wording = JSONField()
    by = ForeignKeyField(User, on_delete="RESTRICT")
    why = CharField(default="")
    at = DateTimeField()

    class Meta:
        indexes = ((("template", "version"), True),)


class TemplateDraft(Table):
    """What somebody is typing of a scenario; theirs alone until it is saved, and never what is sent."""

    template = ForeignKeyField(Template, on_delete="CASCADE")
    based_on = IntegerField()  # the version of the scenario that it would change
    wording = JSONField()
    why = CharField(default="")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    changed_at = DateTimeField()

    class Meta:
        indexes = ((("template", "by"), True),)


# ── Campaigns ───────────────────────────────────────────────────────────

BEFORE_LAUNCH = ("draft", "submitted", "approved")
CAMPAIGN_STATUSES = (*BEFORE_LAUNCH, "running", "paused", "done", "stopped")


class Campaign(Wording):
    """One sending to one audience; text and audience are frozen from the launch on."""

    is_template = False
    status = CharField(default="draft")
    is_practice = BooleanField()  # said by whoever makes it, and for ever: see migrations/0039_moods.py
    author = ForeignKeyField(User, on_delete="RESTRICT")
    template = ForeignKeyField(Template, null=True, on_delete="SET NULL")
    launched_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    people = IntegerField(default=0)  # how many get at least one message
    launched_at = DateTimeField(null=True)
    moved_at = DateTimeField(null=True)  # the last time that any of its messages moved
    ended_at = DateTimeField(null=True)
    queued_through = BigIntegerField(
        null=True
    )  # while a big launch goes on: the last member who was looked at
    expires_at = DateTimeField(null=True)  # what has not left by then is not delivered any more
    halted = CharField(default="")  # why it was paused by itself: a key of campaigns.HALTS
    doubts = IntegerField(default=0)  # how often some of its messages became unsure
    forgotten_at = DateTimeField(null=True)  # since then its messages are to nobody: see retention.py
    written_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")  # whoever changed the text last
    held_by = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")  # the desk that leads it now
    filled = JSONField(null=True)  # {name of a placeholder: what stands there}
    opened_at = DateTimeField(null=True)  # when somebody began on it; null: the clock laid it ready
    follows = ForeignKeyField("self", null=True, backref="followed_by", on_delete="RESTRICT")
    follow_up = CharField(default="")  # what it is to the one that it follows: one of FOLLOW_UPS
    only_reached = BooleanField(default=False)  # to whom the one that it follows reached, and to nobody else
    looked_at = DateTimeField(null=True)  # when the one that it follows had last moved, as it was looked at
    naming_reason = CharField(default="")  # why its members may read a name or a number plate
    next_channel_at = DateTimeField(null=True)  # when to look who gets the next channel; null: nobody will
    vouched = JSONField(null=True)  # the numbers and links on no list that whoever launched it had tried
    feedback_on = DateField(
        null=True
    )  # the day on which the police tells how a warning ended; none is owed otherwise
    feedback_at = DateTimeField(null=True)  # when somebody said that it was told
    feedback_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class Meta:
        indexes = ((("organisation", "status"), False),)
        constraints = (
            one_of("kind", KINDS),
            one_of("status", CAMPAIGN_STATUSES),
            one_of("follow_up", ("", *FOLLOW_UPS)),
        )

    @property
    def seconds_to_launch(self) -> int:
        """How long it took from the moment on which somebody began on it."""
        return int((self.launched_at - (self.opened_at or self.created_at)).total_seconds())

    @property
    def is_draft(self) -> bool:
        """Whether it was not launched yet: being written, submitted for approval, or approved."""
        return self.status in BEFORE_LAUNCH

    @property
    def is_submitted(self) -> bool:
        return self.status == "submitted"

    @property
    def is_approved(self) -> bool:
        return self.status == "approved"

    @property
    def is_running(self) -> bool:
        return self.status == "running"

    @property
    def is_paused(self) -> bool:
        return self.status == "paused"

    @property
    def is_over(self) -> bool:
        return self.status in ("done", "stopped")

    @property
    def is_underway(self) -> bool:
        return self.status in ("running", "paused")


class MonthlyTest(Table):
    """What an organisation tests on the first Thursday of the month: a draft is laid ready, a person launches it."""

    organisation = ForeignKeyField(Organisation, primary_key=True, on_delete="CASCADE")
    is_practice = BooleanField(default=True)
    channels = JSONField(default=list)
    bins = JSONField(default=list)
    by = ForeignKeyField(User, on_delete="RESTRICT")  # in whose name, and with whose rights, it is laid ready
    changed_at = DateTimeField()
    ready_for = DateField(null=True)  # the last Thursday for which a draft was laid ready
    fault = CharField(default="")  # why the last one could not be: not_allowed


class Handover(Table):
    """The lead of a campaign went to the national desk, or back to its zone: by whom and why."""

    campaign = ForeignKeyField(Campaign, backref="handovers", on_delete="RESTRICT")
    deed = CharField()
    desk = ForeignKeyField(Organisation, on_delete="RESTRICT")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    reason = TextField()
    at = DateTimeField()

    class Meta:
        constraints = (one_of("deed", ("handed", "taken", "returned")),)


class FourEyes(Table):
    """Whether a kind of message needs the approval of one other person, who is asked in turn, and how soon."""

    organisation = ForeignKeyField(Organisation, on_delete="CASCADE")
    kind = CharField()
    is_needed = BooleanField(default=False)
    deadline_seconds = IntegerField(default=300)
    ladder = JSONField(default=list)  # ids of approvers, in the order in which they are asked
    version = IntegerField(default=1)

    class Meta:
        primary_key = CompositeKey("organisation", "kind")
        constraints = (one_of("kind", KINDS),)


APPROVAL_STATUSES = ("asked", "approved", "rejected", "sent_back", "withdrawn", "overridden")


class Approval(Table):
    """One asking for approval of one version of a campaign, and what came of it."""

    campaign = ForeignKeyField(Campaign, backref="approvals", on_delete="CASCADE")
    version = IntegerField()
    status = CharField(default="asked")
    asked_by = ForeignKeyField(User, on_delete="RESTRICT")
    asked_at = DateTimeField()
    asked = JSONField(default=list)  # ids of those who were asked so far
    due_at = DateTimeField(null=True)  # when the next on the ladder is asked; null: nobody is left
    link = CharField(default="")
    decided_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    decided_at = DateTimeField(null=True)
    reason = TextField(default="")
    magnitude = JSONField(default=dict)  # bins, people and messages, as the approver confirmed them
    ticked = JSONField(default=list)  # numbers and hosts that stood on no list, and were checked

    class Meta:
        indexes = ((("status", "due_at"), False),)
        constraints = (one_of("status", APPROVAL_STATUSES),)


class VerifiedContact(Table):
    """A telephone number or a host of the web that somebody checked, and that texts may name."""

    organisation = ForeignKeyField(Organisation, on_delete="CASCADE")
    value = CharField()
    by = ForeignKeyField(User, on_delete="RESTRICT")
    verified_at = DateTimeField()

    class Meta:
        indexes = ((("organisation", "value"), True),)


class Unreached(Table):
    """A member of the audience who gets nothing, or not on one channel, and why; frozen at launch."""

    campaign = ForeignKeyField(Campaign, backref="unreached", on_delete="CASCADE")
    member = ForeignKeyField(Member, on_delete="CASCADE")
    reason = CharField()

    class Meta:
        primary_key = CompositeKey("campaign", "member")


class Tally(Table):
    """How many messages of a campaign stand in a status; moved in the transaction that moves them."""

    campaign = ForeignKeyField(Campaign, backref="tallies", on_delete="CASCADE")
    channel = CharField()
    status = CharField()
    number = IntegerField(default=0)

    class Meta:
        primary_key = CompositeKey("campaign", "channel", "status")


class Pulse(Table):
    """How many messages of a campaign were accepted and delivered in one second of its life."""

    campaign = ForeignKeyField(Campaign, backref="pulses", on_delete="CASCADE")
    second = IntegerField()
    accepted = IntegerField(default=0)
    delivered = IntegerField(default=0)

    class Meta:
        primary_key = CompositeKey("campaign", "second")


class Reached(Table):
    """Where the messages of a campaign that is over arrived, counted once more when something moved after it."""

    campaign = ForeignKeyField(Campaign, primary_key=True, on_delete="CASCADE")
    moved_at = DateTimeField()  # the last time that a message had moved when it was counted
    prefixes = JSONField()  # [(begin of the numbers, delivered, accepted, failed, open)]
    streets = JSONField()  # [(BIN, street, people meant, people reached)]


# ── Programs ────────────────────────────────────────────────────────────


class Token(Table):
    """What a program shows to act for an organisation, as the account that made it and within its scopes.

    The token itself is shown once and kept nowhere: `digest` recognises it, `hint` is its end, for people.
    """

    organisation = ForeignKeyField(Organisation, backref="tokens", on_delete="RESTRICT")
    by = ForeignKeyField(User, backref="tokens", on_delete="RESTRICT")
    name = CharField()
    digest = CharField(unique=True)
    hint = CharField()
    scopes = JSONField(default=list)
    is_practice = BooleanField()
    created_at = DateTimeField()
    expires_at = DateTimeField()
    used_at = DateTimeField(null=True)
    minute_at = DateTimeField(null=True)  # when the minute began in which `calls` were made
    calls = IntegerField(default=0)
    revoked_at = DateTimeField(null=True)


class TokenLaunch(Table):
    """What a token launched under a key: the same request again finds the campaign and launches nothing."""

    token = ForeignKeyField(Token, backref="launches", on_delete="RESTRICT")
    key = CharField()
    asked = CharField()  # a digest of the request: the same key for something else is refused
    campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
    at = DateTimeField()

    class Meta:
        primary_key = CompositeKey("token", "key")


# ── Papers ──────────────────────────────────────────────────────────────


class Document(Table):
    """A paper that we made or received, as it was."""

    organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
    kind = CharField()
    filename = CharField()
    media_type = CharField()
    content = BlobField()
    campaign = ForeignKeyField(Campaign, null=True, backref="documents", on_delete="RESTRICT")
    made_at = DateTimeField()


class Recording(Table):
    """A spoken message that somebody recorded; `key` is the part of its address that nobody can guess."""

    organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
    key = CharField(unique=True)
    by = ForeignKeyField(User, on_delete="RESTRICT")
    filename = CharField()
    media_type = CharField()
    seconds = IntegerField()
    content = BlobField()
    created_at = DateTimeField()


class Letter(Table):
    """A mail of our own, such as an activation form on its way to the contact centre."""

    organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
    subject = CharField()
    body = TextField()
    page = CharField(null=True)  # of Belfort's, on which one does what it says, such as /credits
    language = CharField(default="nl")
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    is_practice = BooleanField()
    created_at = DateTimeField()


# ── Messages ────────────────────────────────────────────────────────────

RANKS = {
    "queued": 0,
    "sending": 1,
    "unsure": 2,
    "accepted": 3,
    "delivered": 4,  # of a call: the receiver confirmed it with a key
    "answered": 4,  # a call that was heard by nobody knows whom: answered, and no key
    "voicemail": 4,
    "hung_up": 4,
    "busy": 4,
    "no_answer": 4,
    "failed": 4,
    "withheld": 4,
    "expired": 4,
}
CALL_ENDINGS = ("answered", "voicemail", "hung_up", "busy", "no_answer")  # only a call ends so


NOBODY = "erased:"  # and the number of the message: an address that leads to nobody, unique in its campaign


class Message(Table):
    """One message to one number or mailbox, of a campaign or of a letter."""

    id = BigAutoField()
    campaign = ForeignKeyField(Campaign, null=True, backref="messages", on_delete="RESTRICT", index=False)
    letter = ForeignKeyField(Letter, null=True, backref="messages", on_delete="RESTRICT", index=False)
    channel = CharField()
    is_practice = BooleanField()
    address = CharField()
    names = CharField(default="")
    language = CharField(default="nl")
    reference = CharField(unique=True)  # ours, known to the provider: a receipt may overtake our own record
    status = CharField(default="queued")
    parts = IntegerField(default=1)
    attempts = IntegerField(default=0)
    road = CharField(default="")
    provider_reference = CharField(default="")
    code = CharField(default="")
    detail = CharField(default="")
    due_at = DateTimeField()
    claimed_at = DateTimeField(null=True)
    accepted_at = DateTimeField(null=True)
    ended_at = DateTimeField(null=True)
    doubt = IntegerField(null=True)  # which of its campaign's doubts; none once somebody left it as it is
    doubted_at = DateTimeField(null=True)
    repeats = IntegerField(default=0)  # how often it was sent again though it may have arrived
    first_reference = CharField(null=True)  # of the first call, where there is a second; never a third
    first_status = CharField(null=True)  # how that one ended

    class Meta:
        constraints = (
            one_of("status", RANKS),
            one_of("channel", CHANNELS),
            Check("(campaign_id IS NULL) <> (letter_id IS NULL)"),
        )

    @property
    def is_to_nobody(self) -> bool:
        return self.address.startswith(NOBODY)


# The claim stays as quick at ten million rows as at ten thousand: it sees only what is queued, and what waits for
# another try stands behind what is due.
Message.add_index(
    Message.index(
        Message.channel,
        Message.campaign,
        Message.due_at,
        Message.id,
        where=Message.status == "queued",
        name="message_queued",
    )
)
# What is in hand and what is in doubt is found at each beat, however many messages there are. One index for each state:
# SQLite finds none by `status IN (…)` for whoever asks for one of them. Doubt may last for ever: only that of a day is
# looked at.
Message.add_index(
    Message.index(Message.claimed_at, where=Message.status == "sending", name="message_in_hand")
)
Message.add_index(
    Message.index(
        Message.road,
        Message.claimed_at,
        Message.due_at,
        where=Message.status == "unsure",
        name="message_unsure",
    )
)
# How many lines of a road are taken.
Message.add_index(
    Message.index(
        Message.road,
        Message.accepted_at,
        where=(Message.channel == "voice") & (Message.status == "accepted"),
        name="message_on_line",
    )
)
# The page of a campaign in doubt asks each second which groups there are, however many messages are in them.
Message.add_index(
    Message.index(
        Message.campaign,
        Message.status,
        Message.channel,
        Message.code,
        Message.road,
        Message.doubt,
        where=Message.doubt.is_null(False),
        name="message_doubt",
    )
)
# Nobody gets a campaign twice by one channel, whatever a launch that was interrupted does when it goes on.
Message.add_index(
    Message.index(Message.campaign, Message.channel, Message.address, unique=True, name="message_once")
)
Message.add_index(Message.index(Message.campaign, Message.status, Message.id, name="message_story"))
Message.add_index(Message.index(Message.letter, where=Message.letter.is_null(False), name="message_letter"))
Message.add_index(
    Message.index(
        Message.campaign, Message.id, where=Message.first_status.is_null(False), name="message_first_call"
    )
)


class Recipient(Table):
    """A member for whom a message is meant; a household that shares a number has one message and several rows."""

    message = ForeignKeyField(
        Message, backref="recipients", on_delete="CASCADE", index=False
    )  # the key begins with it
    member = ForeignKeyField(Member, backref="received", on_delete="CASCADE")

    class Meta:
        primary_key = CompositeKey("message", "member")


ACKNOWLEDGED_BY = ("sms", "voice", "email")


class Acknowledgement(Table):
    """That somebody confirmed a campaign, and by which channel they did so first."""

    campaign = ForeignKeyField(Campaign, on_delete="CASCADE", index=False)
    member = ForeignKeyField(Member, on_delete="CASCADE")
    channel = CharField()
    at = DateTimeField()

    class Meta:
        primary_key = CompositeKey("campaign", "member")
        constraints = (one_of("channel", ACKNOWLEDGED_BY),)


REPLY_KINDS = ("text", "yes", "stop", "start")


class Inbound(Table):
    """A text message that somebody sent us, with the campaign that it answers as far as we know."""

    provider = CharField()
    provider_reference = CharField()  # theirs: what comes twice is kept once
    number = CharField()
    text = TextField()
    kind = CharField(default="text")
    at = DateTimeField()
    organisation = ForeignKeyField(
        Organisation, null=True, on_delete="RESTRICT"
    )  # none: nobody knows the number
    member = ForeignKeyField(Member, null=True, on_delete="SET NULL")
    campaign = ForeignKeyField(Campaign, null=True, on_delete="SET NULL")
    answered_at = DateTimeField(null=True)  # when we said by SMS what it did
    handled_at = DateTimeField(null=True)
    handled_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class Meta:
        constraints = (one_of("kind", REPLY_KINDS),)
        indexes = (
            (("provider", "provider_reference"), True),
            (("organisation", "handled_at"), False),
            (("number", "answered_at"), False),
        )


# ── Roads ───────────────────────────────────────────────────────────────


class Throttle(Table):
    """The token bucket of one road, shared by whoever pumps."""

    road = CharField(primary_key=True)
    tokens = DoubleField()
    refilled_at = DateTimeField()
    recent = JSONField(default=list)  # [slot, number]: what left in the last second, so that a cap is a cap


# ── Promises ────────────────────────────────────────────────────────────


class Contract(Table):
    """The framework contract under which organisations join; outside its term nothing real leaves."""

    name = CharField(unique=True)
    provider = CharField()  # the other party of every agreement under it
    begins_on = DateField()
    ends_on = DateField()
    ended_on = DateField(null=True)  # the last day, where it was ended early
    ended_why = TextField(default="")
    centre = ForeignKeyField(
        Organisation, null=True, on_delete="RESTRICT"
    )  # whose standby it pays, if it does

    @property
    def last_day(self) -> date:
        return min(self.ends_on, self.ended_on or self.ends_on)


AGREEMENT_TYPES = (1, 2)


class Accession(Table):
    """The agreement of type 1 or 2 by which an organisation joins under a framework contract.

    Signed digitally (`document`) or on paper; it counts once each party has its copy.
    """

    organisation = ForeignKeyField(Organisation, backref="accessions", on_delete="RESTRICT")
    contract = ForeignKeyField(Contract, backref="accessions", on_delete="RESTRICT")
    type = IntegerField()
    signatory = CharField()  # who signed for the organisation
    provider_signatory = CharField()
    signed_on = DateField()
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    paper_received_on = DateField(null=True)
    exchanged_on = DateField(null=True)  # since then each party has its copy
    ended_on = DateField(null=True)
    ended_why = TextField(default="")
    created_at = DateTimeField()

    class Meta:
        constraints = (one_of("type", AGREEMENT_TYPES),)

    @property
    def is_signed(self) -> bool:
        return self.document_id is not None or self.paper_received_on is not None

    @property
    def is_exchanged(self) -> bool:
        return self.exchanged_on is not None

    @property
    def last_day(self) -> date:
        return min(self.contract.last_day, self.ended_on or self.contract.last_day)

    def holds_on(self, day: date) -> bool:
        begins = max(self.contract.begins_on, self.signed_on)
        return self.is_exchanged and begins <= day <= self.last_day


class Tariff(Table):
    """Prices from a day on, until the next tariff: [{"code", "name": {language: words}, "mills", "per"}]."""

    begins_on = DateField(unique=True)
    prices = JSONField()
    vat_permille = IntegerField(default=210)  # comes on top of every price


class Order(Table):
    """What an organisation ordered, with the prices of that day; the last one counts."""

    organisation = ForeignKeyField(Organisation, backref="orders", on_delete="RESTRICT")
    tariff = ForeignKeyField(Tariff, on_delete="RESTRICT")
    lines = JSONField()  # [[code, number, mills for each]]
    orderer = CharField()  # who orders, and as what
    document = ForeignKeyField(Document, on_delete="RESTRICT")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    placed_at = DateTimeField()


class UserTable(Uploaded):
    """A list of people who get an account, and whom it let in."""

    organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    accounts = JSONField(default=list)  # the ids of those that it made

    class Meta:
        constraints = (one_of("status", UPLOAD_STATUSES),)


class EndWarning(Table):
    """That a promise ends was told to its people, so many months ahead; told once."""

    organisation = ForeignKeyField(Organisation, on_delete="CASCADE")
    promise = CharField()  # contract:1
    ends_on = DateField()
    months = IntegerField()
    at = DateTimeField()

    class Meta:
        primary_key = CompositeKey("organisation", "promise", "ends_on", "months")


# ── Money ───────────────────────────────────────────────────────────────

PAYMENTS = (
    "",
    "prepaid",
    "overdraft",
)  # billed afterwards; in advance; in advance, but a warning always leaves
LEDGER_KINDS = ("top_up", "hold", "spend", "release", "correct")


class Credit(Table):
    """What an organisation has left and has put aside for its running campaigns: the sums of its ledger."""

    organisation = ForeignKeyField(Organisation, primary_key=True, on_delete="RESTRICT")
    available_mills = BigIntegerField(default=0)
    held_mills = BigIntegerField(default=0)


class Held(Table):
    """What is still put aside for one campaign."""

    campaign = ForeignKeyField(Campaign, primary_key=True, on_delete="RESTRICT")
    mills = BigIntegerField(default=0)


class LedgerLine(Table):
    """One movement of money, in thousandths of a euro without VAT; lines are only ever added.

    A hold moves from available to held, a release back; a spend takes from what is held, and beyond that from what is
    available; a top-up or a correction changes what is available.
    """

    id = BigAutoField()
    organisation = ForeignKeyField(Organisation, backref="ledger", on_delete="RESTRICT")
    kind = CharField()
    at = DateTimeField()
    available_mills = BigIntegerField(default=0)
    held_mills = BigIntegerField(default=0)
    campaign = ForeignKeyField(Campaign, null=True, on_delete="RESTRICT")
    channel = CharField(default="")
    parts = IntegerField(default=0)
    unit_mills = IntegerField(default=0)
    expires_on = DateField(null=True)  # of a package: the last day of the contract under which it was bought
    note = TextField(default="")
    by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class Meta:
        constraints = (one_of("kind", LEDGER_KINDS),)
        indexes = ((("organisation", "at"), False), (("campaign", "kind"), False))


# ── Contact centre: promises ────────────────────────────────────────────

ANNEXES = (1, 2, 3, 4, 5, 6, 7)  # persons, procedure, form, tariff, technique, local organisation, scale-up


class Agreement(Table):
    """The agreement between a municipality and the contact centre; without it there is no activation."""

    municipality = ForeignKeyField(Organisation, backref="agreements", on_delete="RESTRICT")
    centre = ForeignKeyField(Organisation, backref="clients", on_delete="RESTRICT")
    contract = ForeignKeyField(Contract, null=True, backref="agreements", on_delete="RESTRICT")
    signatory = CharField(default="")  # who signed for the municipality
    centre_signatory = CharField(default="")
    signed_on = DateField()
    begins_on = DateField()
    ends_on = DateField()
    ended_on = DateField(null=True)  # the last day, where it was ended early
    ended_why = TextField(default="")
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    promise_minutes = IntegerField(default=60)  # from the receipt of a request to the opening
    operators = IntegerField(default=4)  # without a special arrangement

    @property
    def last_day(self) -> date:
        """Its own last day, or that of the framework contract it stands on."""
        days = [self.ends_on, self.ended_on, self.contract.last_day if self.contract_id else None]
        return min(day for day in days if day)

    def holds_on(self, day: date) -> bool:
        return self.begins_on <= day <= self.last_day


class Annex(Table):
    """One version of an annex: of one agreement, or of a framework contract and so of all that stand on it."""

    contract = ForeignKeyField(Contract, null=True, backref="annexes", on_delete="RESTRICT")
    agreement = ForeignKeyField(Agreement, null=True, backref="annexes", on_delete="RESTRICT")
    number = IntegerField()
    version = IntegerField()
    from_on = DateField()  # in force from, until a later version is
    content = JSONField(default=dict)
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    created_at = DateTimeField()

    class Meta:
        constraints = (
            one_of("number", ANNEXES),
            Check("(contract_id IS NULL) <> (agreement_id IS NULL)"),
        )
        indexes = (
            (("agreement", "number", "version"), True),
            (("contract", "number", "version"), True),
        )


class Notice(Table):
    """Something that one party told the other in writing; red until the other says that it has read it."""

    agreement = ForeignKeyField(Agreement, backref="notices", on_delete="RESTRICT")
    kind = CharField()  # annex_1, closing, reopening, scale_up
    subject = CharField(default="")  # annex:3, activation:12
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    letter = ForeignKeyField(Letter, null=True, on_delete="RESTRICT")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    sent_at = DateTimeField()
    acknowledged_at = DateTimeField(null=True)
    acknowledged_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class Meta:
        indexes = ((("agreement", "acknowledged_at"), False),)


# ── Contact centre: preparation ─────────────────────────────────────────


class PersonsCheck(Table):
    """That a municipality was asked whether annex 1 is still right, and that somebody said so."""

    agreement = ForeignKeyField(Agreement, backref="checks", on_delete="RESTRICT")
    asked_at = DateTimeField(null=True)  # null: it was said without being asked
    confirmed_at = DateTimeField(null=True)
    confirmed_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class Meta:
        indexes = ((("agreement", "confirmed_at"), False),)


class Preparation(Table):
    """What a municipality prepared in words, and when somebody last looked through all of the preparation."""

    municipality = ForeignKeyField(
        Organisation, primary_key=True, backref="preparation", on_delete="RESTRICT"
    )
    places = JSONField(default=list)  # where it could happen, as they are called
    recommendations = TextField(default="")
    changed_at = DateTimeField(null=True)
    checked_at = DateTimeField(null=True)
    checked_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")


class PartOfPreparation(Table):
    """What the parts of a preparation share: whose, when it was changed, and when it was taken away."""

    municipality = ForeignKeyField(Organisation, on_delete="RESTRICT")
    changed_at = DateTimeField()
    removed_at = DateTimeField(null=True)


class Plan(PartOfPreparation):
    """An emergency plan of a municipality: its name, its date and the file."""

    name = CharField()
    dated_on = DateField()
    document = ForeignKeyField(Document, on_delete="RESTRICT")


class Reception(PartOfPreparation):
    """A building where people can be received."""

    name = CharField()
    address = CharField()
    capacity = IntegerField()
    contact = CharField(default="")
    phone = CharField(default="")
    is_accessible = BooleanField(default=False)
    takes_pets = BooleanField(default=False)


class SafetyZone(PartOfPreparation):
    """A zone that was drawn beforehand, as the list of its streets."""

    name = CharField()
    streets = JSONField(default=list)


class StandingQuestion(PartOfPreparation):
    """A question that callers will ask whatever happens, and its answer, by language."""

    topic = CharField(default="")
    question = JSONField(default=dict)  # {language: words}
    answer = JSONField(default=dict)


# ── Contact centre: activations ─────────────────────────────────────────

ACTIVATION_STATUSES = ("draft", "requested", "acknowledged", "open", "closing", "closed", "refused")
REQUEST_CHANNELS = ("page", "telephone", "paper", "email")
PHASES = ("municipal", "provincial", "federal")


class Emergency(Table):
    """What people ring about: one number, one sheet and one staff, for one municipality or for several together."""

    centre = ForeignKeyField(Organisation, backref="emergencies", on_delete="RESTRICT")
    name = CharField()
    number = CharField(default="")
    second_line = CharField(
        default=""
    )  # where calls of relatives are passed on; "" where the centre takes them
    is_practice = BooleanField()
    sheet_version = IntegerField(default=0)  # of the information sheet: grows with each publication
    topics = JSONField(
        null=True
    )  # what callers ask about, in the order of their keys; null: as the house has it
    pulse = IntegerField(default=0)  # grows with everything that its board must show
    began_at = DateTimeField()
    ended_at = DateTimeField(null=True)


class Activation(Table):
    """A municipality's request for an information number: the form of annex 3, and where it stands.

    `form` holds what was typed, field by field, complete or not.
    """

    municipality = ForeignKeyField(Organisation, backref="activations", on_delete="RESTRICT")
    agreement = ForeignKeyField(Agreement, on_delete="RESTRICT")
    emergency = ForeignKeyField(Emergency, null=True, backref="activations", on_delete="RESTRICT")
    status = CharField(default="draft")
    is_practice = BooleanField()
    form = JSONField(default=dict)
    annexes = JSONField(null=True)  # the ids of the versions that were in force when it was requested
    channel = CharField(default="page")  # how it was asked; by any other than the page the centre entered it
    joined_from = ForeignKeyField(
        Emergency, null=True, backref="left_by", on_delete="RESTRICT"
    )  # its own emergency, while it shares that of others
    callback_code = CharField()
    number = CharField(default="")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    letter = ForeignKeyField(Letter, null=True, on_delete="RESTRICT")
    short_letter = ForeignKeyField(Letter, null=True, backref="announces", on_delete="RESTRICT")  # the SMS
    created_at = DateTimeField()
    changed_at = DateTimeField()

    class Meta:
        constraints = (one_of("status", ACTIVATION_STATUSES),)

    @property
    def is_draft(self) -> bool:
        return self.status == "draft"

    @property
    def is_over(self) -> bool:
        return self.status in ("closed", "refused")

    @property
    def awaits_opening(self) -> bool:
        return self.status in ("requested", "acknowledged")


class Milestone(Table):
    """A move of an activation: which, when, by whom. Clocks are computed from these, never stored."""

    activation = ForeignKeyField(Activation, backref="milestones", on_delete="CASCADE")
    status = CharField()
    at = DateTimeField()
    recorded_at = DateTimeField()
    by = ForeignKeyField(User, on_delete="RESTRICT")
    note = TextField(default="")

    class Meta:
        indexes = ((("activation", "status"), False),)  # a number may be opened again


class CallBack(Table):
    """That the centre rang the municipality back, and whether the code that it was told was the right one."""

    activation = ForeignKeyField(Activation, backref="call_backs", on_delete="RESTRICT")
    phone = CharField()
    is_right = BooleanField()
    at = DateTimeField()
    by = ForeignKeyField(User, on_delete="RESTRICT")


class Inquiry(Table):
    """What the centre asks whoever is in control, and what they answered."""

    activation = ForeignKeyField(Activation, backref="inquiries", on_delete="RESTRICT")
    words = TextField()
    by = ForeignKeyField(User, on_delete="RESTRICT")
    asked_at = DateTimeField()
    answer = TextField(default="")
    answered_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    answered_at = DateTimeField(null=True)


class ClockWarning(Table):
    """That people were told how much of a promise was gone, counted from this receipt; told once."""

    activation = ForeignKeyField(Activation, backref="warnings", on_delete="CASCADE")
    requested_at = DateTimeField()
    step = CharField()  # half, three_quarters, last, late
    at = DateTimeField()

    class Meta:
        primary_key = CompositeKey("activation", "requested_at", "step")


class ClosingPlan(Table):
    """How a number closes, as somebody confirmed it in writing; the last one that was not taken back holds."""

    activation = ForeignKeyField(Activation, backref="closing_plans", on_delete="RESTRICT")
    phases = JSONField(default=list)  # [{from_at, hours, operators}], the moments as ISO text in UTC
    closes_at = DateTimeField()
    redirect = CharField(default="")  # the number of the municipality that is told to callers afterwards
    greeting = TextField(default="")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    confirmed_at = DateTimeField()
    notice = ForeignKeyField(Notice, null=True, on_delete="RESTRICT")
    withdrawn_at = DateTimeField(null=True)


class ScaleUp(Table):
    """That a higher authority takes control, liaison and costs of an activation from a moment on; both sides sign.

    It holds once `taken_at` is there. Before the first one the municipality itself carries everything.
    """

    activation = ForeignKeyField(Activation, backref="scale_ups", on_delete="RESTRICT")
    phase = CharField()
    authority = ForeignKeyField(Organisation, on_delete="RESTRICT")
    from_at = DateTimeField()
    reason = TextField(default="")
    handover = JSONField(default=dict)  # what was handed over, as both sides signed it
    given_by = ForeignKeyField(User, on_delete="RESTRICT")
    given_at = DateTimeField()
    taken_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    taken_at = DateTimeField(null=True)
    withdrawn_at = DateTimeField(null=True)  # an offer that was taken back; never one that was taken
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")

    class Meta:
        constraints = (one_of("phase", PHASES),)
        indexes = ((("authority", "activation"), False),)


# ── Contact centre: people and calls ────────────────────────────────────

DESKS = ("d5", "d2")
CALL_KINDS = ("d5", "d2", "silent", "abusive", "wrong_number", "press")


class Presence(Table):
    """An operator at the telephone, from a moment on until they leave; one at a time for each operator."""

    emergency = ForeignKeyField(Emergency, backref="presences", on_delete="RESTRICT")
    operator = ForeignKeyField(User, on_delete="RESTRICT")
    languages = JSONField(default=list)
    desk = CharField(default="d5")
    from_at = DateTimeField()
    until_at = DateTimeField(null=True)

    class Meta:
        constraints = (one_of("desk", DESKS),)
        indexes = ((("emergency", "until_at"), False),)


class Shift(Table):
    """Operators that are planned at a desk from one moment to another."""

    emergency = ForeignKeyField(Emergency, backref="shifts", on_delete="RESTRICT")
    desk = CharField(default="d5")
    begins_at = DateTimeField()
    ends_at = DateTimeField()
    operators = IntegerField()
    languages = JSONField(default=list)
    by = ForeignKeyField(User, on_delete="RESTRICT")
    created_at = DateTimeField()
    withdrawn_at = DateTimeField(null=True)

    class Meta:
        constraints = (one_of("desk", DESKS),)


class Call(Table):
    """One call as its operator noted it; what victims and relatives said is elsewhere, and not for everybody."""

    id = BigAutoField()
    emergency = ForeignKeyField(Emergency, backref="calls", on_delete="RESTRICT")
    operator = ForeignKeyField(User, on_delete="RESTRICT")
    at = DateTimeField()
    kind = CharField()
    language = CharField(default="nl")
    topic = CharField(default="")
    place = CharField(default="")
    municipality = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")
    handed_to = CharField(default="")  # d2_desk or second_line
    seconds = IntegerField(null=True)  # of talking, where somebody measured it

    class Meta:
        constraints = (one_of("kind", CALL_KINDS), one_of("handed_to", ("", "d2_desk", "second_line")))
        indexes = ((("emergency", "at"), False), (("emergency", "topic", "at"), False))


class Quarter(Table):
    """Fifteen minutes as the telephone exchange counted them."""

    emergency = ForeignKeyField(Emergency, backref="quarters", on_delete="RESTRICT")
    begins_at = DateTimeField()
    offered = IntegerField()
    answered = IntegerField()
    abandoned = IntegerField()
    in_time = IntegerField(null=True)  # answered within 20 s, where the exchange says so
    waited_seconds = IntegerField()  # of all calls together
    longest_seconds = IntegerField(null=True)
    talked_seconds = IntegerField()
    source = CharField(default="")  # the name of the file, or the token
    at = DateTimeField()

    class Meta:
        primary_key = CompositeKey("emergency", "begins_at")


class Reinforcement(Table):
    """The supervisor asks whoever is in control for more operators; they agree to the price or decline."""

    emergency = ForeignKeyField(Emergency, backref="reinforcements", on_delete="RESTRICT")
    activation = ForeignKeyField(Activation, on_delete="RESTRICT")  # whose controller is asked
    desk = CharField(default="d5")
    operators = IntegerField()
    from_at = DateTimeField()
    until_at = DateTimeField()
    reason = TextField(default="")
    mills = IntegerField(null=True)  # the price as it was shown; null where no tariff was known
    by = ForeignKeyField(User, on_delete="RESTRICT")
    asked_at = DateTimeField()
    is_agreed = BooleanField(null=True)
    answer = TextField(default="")
    decided_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    decided_at = DateTimeField(null=True)

    class Meta:
        constraints = (one_of("desk", DESKS),)
        indexes = ((("emergency", "decided_at"), False),)


class Sample(Table):
    """A call that a supervisor listened to: yes or no to a few questions, and what came of it."""

    emergency = ForeignKeyField(Emergency, backref="samples", on_delete="RESTRICT")
    operator = ForeignKeyField(User, on_delete="RESTRICT")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    at = DateTimeField()
    answers = JSONField(default=dict)  # {a key of quality.ASPECTS: true or false}
    good = IntegerField()  # how many of them were answered with yes
    asked = IntegerField()
    remark = TextField(default="")
    finding = CharField(default="")
    spoken_at = DateTimeField(null=True)  # when somebody had a word with the operator
    spoken_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class Meta:
        constraints = (one_of("finding", ("", "sheet", "word")),)
        indexes = ((("emergency", "at"), False),)


# ── Contact centre: the truth ───────────────────────────────────────────


class Entry(Table):
    """A question of callers on the information sheet; what the answer is, and was, stands in its versions."""

    emergency = ForeignKeyField(Emergency, backref="entries", on_delete="RESTRICT")
    topic = CharField(default="")
    municipality = ForeignKeyField(
        Organisation, null=True, on_delete="RESTRICT"
    )  # an answer for one town only
    created_at = DateTimeField()


class EntryVersion(Table):
    """A question and its answer as they were published, by language; nothing here ever changes but its retirement."""

    entry = ForeignKeyField(Entry, backref="versions", on_delete="RESTRICT")
    sheet_version = IntegerField()
    question = JSONField()  # {language: words}
    answer = JSONField()
    valid_from = DateTimeField()
    valid_until = DateTimeField(null=True)
    by = ForeignKeyField(User, on_delete="RESTRICT")
    published_at = DateTimeField()
    retired_at = DateTimeField(null=True)  # replaced, or withdrawn: then no later version follows
    retired_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    retired_why = TextField(default="")
    stale = JSONField(null=True)  # the languages whose words are older than what another one says since

    class Meta:
        indexes = ((("entry", "sheet_version"), True),)


class EntryDraft(Table):
    """What somebody is typing for the sheet: for an entry, or for a new one; theirs alone until it is published.

    `form` is {"question": {language: words}, "answer": …, "topic", "municipality", "from", "until", "holds"}.
    """

    emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
    entry = ForeignKeyField(Entry, null=True, on_delete="RESTRICT")
    based_on = IntegerField(default=0)  # the sheet_version of the entry's version that it would replace
    asked = IntegerField(null=True)  # the id of the question that it answers
    form = JSONField(default=dict)
    by = ForeignKeyField(User, on_delete="RESTRICT")
    changed_at = DateTimeField()

    class Meta:
        indexes = ((("entry", "by"), True),)


class SheetReading(Table):
    """That an operator has read the sheet up to a version."""

    emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
    operator = ForeignKeyField(User, on_delete="RESTRICT")
    version = IntegerField()
    at = DateTimeField()

    class Meta:
        primary_key = CompositeKey("emergency", "operator", "version")


ANNOUNCEMENTS = ("greeting", "website")


class Announcement(Table):
    """What everybody is told of an emergency before anybody speaks, in each language: {language: words}."""

    emergency = ForeignKeyField(Emergency, backref="announcements", on_delete="RESTRICT")
    kind = CharField()
    words = JSONField(default=dict)
    version = IntegerField(default=0)
    by = ForeignKeyField(User, on_delete="RESTRICT")
    changed_at = DateTimeField()

    class Meta:
        constraints = (one_of("kind", ANNOUNCEMENTS),)
        indexes = ((("emergency", "kind"), True),)


class Question(Table):
    """What callers ask and the sheet does not answer; identical ones are one, with how often it was asked."""

    emergency = ForeignKeyField(Emergency, backref="questions", on_delete="RESTRICT")
    words = TextField()
    key = CharField()  # the words as they are compared
    language = CharField(default="nl")
    topic = CharField(default="")
    number = IntegerField(default=1)
    by = ForeignKeyField(User, on_delete="RESTRICT")
    asked_at = DateTimeField()
    entry = ForeignKeyField(Entry, null=True, on_delete="RESTRICT")  # where its answer stands
    answered_at = DateTimeField(null=True)
    answered_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    dismissed_why = TextField(default="")
    merged_into = ForeignKeyField("self", null=True, on_delete="RESTRICT")  # the one that it was the same as

    class Meta:
        indexes = ((("emergency", "key"), False), (("emergency", "answered_at"), False))


# ── Contact centre: money, lessons, exercises ───────────────────────────

EXERCISE_STATUSES = ("late", "asked", "agreed", "begun", "sent", "acknowledged", "refused", "withdrawn")
INJECT_KINDS = ("call", "press", "rumour")


class Statement(Table):
    """What one bearer pays for an activation, as it was reckoned on that day; a correction is a new one."""

    activation = ForeignKeyField(Activation, backref="statements", on_delete="RESTRICT")
    bearer = ForeignKeyField(Organisation, on_delete="RESTRICT")
    number = IntegerField()  # within the activation
    corrects = ForeignKeyField("self", null=True, on_delete="RESTRICT")
    reason = TextField(default="")  # of the correction
    annex = ForeignKeyField(Annex, on_delete="RESTRICT")  # the version of the tariff
    content = JSONField()  # every line; nothing is reckoned again to print it
    mills = BigIntegerField()
    document = ForeignKeyField(Document, on_delete="RESTRICT")
    workbook = ForeignKeyField(Document, on_delete="RESTRICT")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    made_at = DateTimeField()

    class Meta:
        indexes = ((("activation", "number"), True),)


class FinalReport(Table):
    """The report that made itself when an activation was closed."""

    activation = ForeignKeyField(Activation, primary_key=True, on_delete="RESTRICT")
    document = ForeignKeyField(Document, on_delete="RESTRICT")
    made_at = DateTimeField()


class Exercise(Table):
    """An exercise that a municipality asks of its centre: its terms, who confirmed them, what came of it."""

    municipality = ForeignKeyField(Organisation, backref="exercises", on_delete="RESTRICT")
    agreement = ForeignKeyField(Agreement, on_delete="RESTRICT")
    status = CharField()
    name = CharField()
    scenario = TextField(default="")
    begins_at = DateTimeField()
    ends_at = DateTimeField()
    operators = IntegerField()
    calls = CharField(default="d5")  # or d5d2
    asked_by = ForeignKeyField(User, on_delete="RESTRICT")
    asked_at = DateTimeField()
    exception_why = TextField(default="")  # why it cannot wait four weeks
    exception_answer = TextField(default="")  # in writing, by the centre
    notice = ForeignKeyField(Notice, null=True, on_delete="RESTRICT")
    annex = ForeignKeyField(Annex, null=True, on_delete="RESTRICT")  # the tariff of the specific agreement
    mills = BigIntegerField(null=True)  # what it is expected to cost, by the specific agreement
    signed_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    signed_at = DateTimeField(null=True)
    centre_signed_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    centre_signed_at = DateTimeField(null=True)
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    activation = ForeignKeyField(Activation, null=True, on_delete="RESTRICT")
    began_at = DateTimeField(null=True)
    ended_why = TextField(default="")  # refused or withdrawn
    service = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")  # whom the findings went to
    findings = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    sent_at = DateTimeField(null=True)
    acknowledged_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    acknowledged_at = DateTimeField(null=True)

    class Meta:
        constraints = (one_of("status", EXERCISE_STATUSES), one_of("calls", ("d5", "d5d2")))

    @property
    def awaits_terms(self) -> bool:
        """Asked, and nobody has confirmed the terms yet: they may still change."""
        return self.status == "asked" and not self.signed_at and not self.centre_signed_at

    @property
    def is_over(self) -> bool:
        return self.status in ("acknowledged", "refused", "withdrawn")

    @property
    def was_held(self) -> bool:
        """Its number was closed: nothing more is played, and evaluations and findings follow."""
        return self.activation_id is not None and self.activation.is_over


class Inject(Table):
    """What happens in an exercise at a minute after its beginning: a call, the press, a rumour."""

    exercise = ForeignKeyField(Exercise, backref="injects", on_delete="CASCADE")
    minute = IntegerField()
    kind = CharField()
    words = TextField()
    for_whom = CharField(default="")
    played_at = DateTimeField(null=True)
    played_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class Meta:
        constraints = (one_of("kind", INJECT_KINDS),)


class Evaluation(Table):
    """What one side of an exercise thinks of it: marks from 1 to 5 and remarks."""

    exercise = ForeignKeyField(Exercise, backref="evaluations", on_delete="CASCADE")
    organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
    marks = JSONField()
    remarks = TextField(default="")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    at = DateTimeField()

    class Meta:
        indexes = ((("exercise", "organisation"), True),)


class Lesson(Table):
    """What is to be done after an activation or an exercise: by whom, before which day, and whether it was."""

    organisation = ForeignKeyField(Organisation, backref="lessons", on_delete="RESTRICT")
    activation = ForeignKeyField(Activation, null=True, backref="lessons", on_delete="RESTRICT")
    exercise = ForeignKeyField(Exercise, null=True, backref="lessons", on_delete="RESTRICT")
    words = TextField()
    owner = CharField()
    due_on = DateField()
    by = ForeignKeyField(User, on_delete="RESTRICT")
    changed_at = DateTimeField()
    done_at = DateTimeField(null=True)
    done_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class Meta:
        constraints = (Check("(activation_id IS NULL) <> (exercise_id IS NULL)"),)
        indexes = ((("organisation", "done_at"), False),)


class Asking(Table):
    """That an operator asked a question of the floor: who waits for its answer, and since when."""

    question = ForeignKeyField(Question, backref="askings", on_delete="CASCADE")
    asked_as = ForeignKeyField(
        Question, null=True, backref="asked_so", on_delete="RESTRICT"
    )  # before a merge; unknown of old ones
    by = ForeignKeyField(User, on_delete="RESTRICT")
    at = DateTimeField()


class Settled(Table):
    """That a fact which was replaced on the sheet is right where it still stands: it means something else there."""

    emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
    place = CharField()  # entry:12, opening:3, template:7, form:4, standing:opvang
    kind = CharField()
    value = CharField()
    by = ForeignKeyField(User, on_delete="RESTRICT")
    at = DateTimeField()

    class Meta:
        indexes = ((("emergency", "place", "kind", "value"), True),)


class VictimNote(Table):
    """What the D2 desk or the second line must know to call a relative back, and no more; emptied after a time."""

    emergency = ForeignKeyField(Emergency, backref="victim_notes", on_delete="RESTRICT")
    municipality = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")
    handed_to = CharField()
    language = CharField(default="nl")
    caller = CharField(default="")
    phone = CharField(default="")
    sought = CharField(default="")
    words = TextField(default="")
    by = ForeignKeyField(User, on_delete="RESTRICT")
    at = DateTimeField()
    taken_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    taken_at = DateTimeField(null=True)
    closed_at = DateTimeField(null=True)
    purged_at = DateTimeField(null=True)

    class Meta:
        constraints = (one_of("handed_to", ("d2_desk", "second_line")),)
        indexes = ((("emergency", "closed_at"), False),)


# ── Memory ──────────────────────────────────────────────────────────────

TROUBLES = ("road", "backup", "disk", "heartbeat", "clock")


class Audit(Table):
    """Who did what to what, when and from where, written in the transaction of the deed; rows are only ever added."""

    at = DateTimeField()
    by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    organisation = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")
    deed = CharField()  # a past participle: campaign.launched
    subject = CharField(default="")  # campaign:12
    facts = JSONField(default=dict)
    address = CharField(default="")  # the network address that asked for it; "" for commands and the clock
    previous = CharField(default="")  # the hash of the row before
    hash = CharField(default="")  # of this row and `previous`: see audit.py

    class Meta:
        indexes = (
            (("organisation", "id"), False),
            (("subject", "id"), False),
            (("deed", "id"), False),
        )


class Seal(Table):
    """The one row that knows how long the chain of the audit is and with which hash it ends."""

    number = IntegerField(default=0)
    last = IntegerField(default=0)
    hash = CharField(default="")

    class Meta:
        constraints = (Check("id = 1"),)


class Processing(Table):
    """The record of processing of one member list (GDPR, article 30), as far as a person has to say it."""

    bin = ForeignKeyField(Bin, primary_key=True, backref="processing", on_delete="CASCADE")
    controller = TextField(default="")
    contact = TextField(default="")
    purpose = TextField(default="")
    basis = CharField(default="")  # for who has none on the membership itself
    basis_on = DateField(null=True)
    basis_source = CharField(default="")
    remarks = TextField(default="")
    changed_at = DateTimeField()
    by = ForeignKeyField(User, null=True, on_delete="RESTRICT")


class Trouble(Table):
    """Something of the house itself that does not work: told once, and once more when it has been well for a while."""

    kind = CharField()
    subject = CharField(default="")  # the name of a road
    began_at = DateTimeField()
    told_at = DateTimeField(null=True)
    well_since = DateTimeField(null=True)  # well again, perhaps only for a moment
    ended_at = DateTimeField(null=True)

    class Meta:
        constraints = (one_of("kind", TROUBLES),)


Trouble.add_index(
    Trouble.index(
        Trouble.kind, Trouble.subject, unique=True, where=Trouble.ended_at.is_null(), name="trouble_open"
    )
)


class SelfTest(Table):
    """One real message by every road to an administrator, at a press or once a month, and what came of it."""

    user = ForeignKeyField(User, on_delete="RESTRICT")  # who gets them
    by = ForeignKeyField(User, null=True, on_delete="RESTRICT")  # none: the clock
    begun_at = DateTimeField()
    ended_at = DateTimeField(null=True)


class SelfTestLeg(Table):
    """The message of a self-test that only this road may carry; without a letter there was no address for it."""

    test = ForeignKeyField(SelfTest, backref="legs", on_delete="CASCADE")
    channel = CharField()
    road = CharField()
    has_receipts = BooleanField()
    letter = ForeignKeyField(Letter, null=True, unique=True, on_delete="RESTRICT")

    class Meta:
        constraints = (one_of("channel", CHANNELS),)


class Chore(Table):
    """What is done once a day, by whichever process comes first."""

    name = CharField(primary_key=True)
    done_on = DateField()


TABLES = [
    Organisation,
    User,
    SignIn,
    SignInFailure,
    SecondFactor,
    RecoveryCode,
    Link,
    ResetRequest,
    PendingChange,
    Bin,
    Mandate,
    Grant,
    Member,
    Membership,
    Import,
    MemberChange,
    DataCheck,
    Template,
    TemplateVersion,
    TemplateDraft,
    Campaign,
    MonthlyTest,
    Handover,
    FourEyes,
    Approval,
    VerifiedContact,
    Unreached,
    Tally,
    Pulse,
    Reached,
    Token,
    TokenLaunch,
    Document,
    Recording,
    Letter,
    Message,
    Recipient,
    Acknowledgement,
    Inbound,
    Throttle,
    Contract,
    Accession,
    Tariff,
    Order,
    UserTable,
    EndWarning,
    Credit,
    Held,
    LedgerLine,
    Agreement,
    Annex,
    Notice,
    PersonsCheck,
    Preparation,
    Plan,
    Reception,
    SafetyZone,
    StandingQuestion,
    Emergency,
    Activation,
    Milestone,
    CallBack,
    Inquiry,
    ClockWarning,
    ClosingPlan,
    ScaleUp,
    Presence,
    Shift,
    Call,
    Quarter,
    Reinforcement,
    Sample,
    Entry,
    EntryVersion,
    EntryDraft,
    SheetReading,
    Question,
    Announcement,
    Statement,
    FinalReport,
    Exercise,
    Inject,
    Evaluation,
    Lesson,
    Asking,
    Settled,
    VictimNote,
    Audit,
    Seal,
    Processing,
    Trouble,
    SelfTest,
    SelfTestLeg,
    Chore,
]
