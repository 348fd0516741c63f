"""Where it is wired: settings, database, sign-in, pages, commands, scheduler, server."""

import hmac
import ipaddress
import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, request
from jinja2 import StrictUndefined
from peewee import DatabaseError, ImproperlyConfigured

import models
import views
from dispatch import courtesy, demo, logs, mishaps
from dispatch.access.limits import Limit
from dispatch.access.refusals import Refusals
from dispatch.jobs import Jobs
from dispatch.letters import Imprint
from dispatch.operation.backups import Folders
from dispatch.operation.packs import Numbers
from dispatch.providers import BadRoad
from dispatch.retention import Keeping
from dispatch.sending.bounces import Bounces
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads, stays_here
from dispatch.server import Server

HOME = Path(__file__).resolve().parent
MOST = 1_000_000
LIMITS = {
    "signin": (60, 60),
    "reset": (30, 600),
    "receipts": (60, 60),
    "check": (30, 600),
    "tokens": (20, 60),
    "feed": (120, 60),
}  # tries of one address, in so many seconds


class BadSetting(Exception):
    """A setting that stops the start, with the sentence that says which and why."""


class UnsafeRoads(BadSetting):
    """The demonstration's accounts sign in without a second factor: no road may lead out of the house."""


def text(value: str) -> str:
    return value


def switch(value: str) -> bool:
    if value not in ("on", "off"):
        raise ValueError("must be on or off")
    return value == "on"


def whole(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) <= MOST:
        raise ValueError(f"must be a whole number from 1 to {MOST}")
    return int(value)


def port(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ValueError("must be a port number from 1 to 65535")
    return int(value)


def database(value: str) -> str:
    is_file = value.startswith("sqlite:///") and len(value) > len("sqlite:///")
    if not is_file and not (value.startswith("postgresql://") and urlsplit(value).path.strip("/")):
        raise ValueError("must be a URL such as sqlite:///belfort.db or postgresql://user@host/belfort")
    return value


def log_kind(value: str) -> str:
    if value not in logs.KINDS:
        raise ValueError("must be text or json")
    return value


def mailbox(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value):
        raise ValueError("must be an e-mail address")
    return value


def sms_sender(value: str) -> str:
    """Eleven letters and digits, or a number: what a telephone shows as the sender (3GPP TS 23.040, 9.1.2.5)."""
    if not re.fullmatch(r"[A-Za-z0-9 ._-]{1,11}|\+?[0-9]{1,15}", value):
        raise ValueError("must have at most 11 letters and digits, or be a number")
    return value


def voice_sender(value: str) -> str:
    """A number that can be called back: since 2024 a call from abroad with a made-up Belgian number is blocked."""
    if not re.fullmatch(r"\+[1-9][0-9]{5,14}", value):
        raise ValueError("must be a number in full, such as +32477777755")
    return value


def ip_address(value: str) -> str:
    return str(ipaddress.ip_address(value)) if value else ""


def web_address(value: str) -> str:
    if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
        raise ValueError("must be a web address such as https://belfort.example")
    return value.rstrip("/")


def folder(value: str) -> Path | None:
    if value and not Path(value).is_absolute():
        raise ValueError("must be a whole path, such as /var/backups/belfort")
    return Path(value) if value else None


def roads(value: str) -> tuple[str, ...]:
    urls = tuple(url.strip() for url in value.split(",") if url.strip())
    if not urls:
        raise ValueError("must hold at least one provider URL, such as simulator://")
    return urls


@dataclass(frozen=True)
class Setting:
    """One name of the environment: its default, its reader, and the line it has in the README."""

    name: str
    default: str
    read: Callable[[str], object]
    purpose: str
    is_secret: bool = False


SETTINGS = (
    Setting(
        "BELFORT_DATABASE",
        "sqlite:///belfort.db",
        database,
        "Where everything is kept: a file of SQLite, or `postgresql://user@host/belfort`.",
        True,
    ),
    Setting(
        "BELFORT_HANDS",
        "",
        folder,
        "With PostgreSQL: the folder of this machine in which a process notes what it has in hand, so that after a kill the "
        "next one knows. Empty: where it was started.",
    ),
    Setting("BELFORT_HOST", "127.0.0.1", text, "The address on which pages are served."),
    Setting("PORT", "8000", port, "The port on which pages are served."),
    Setting(
        "BELFORT_PUBLIC_URL",
        "",
        web_address,
        "The address of the pages as others see it: in links, and where gateways post receipts. "
        "Empty: `http://127.0.0.1:PORT`. With `https` cookies are sent over TLS only, and browsers are told to come "
        "by TLS alone.",
    ),
    Setting(
        "BELFORT_SECRET_KEY",
        "",
        text,
        "Signs sessions and forms. Empty: made once and kept in `.secret-key` beside the database; with PostgreSQL it "
        "must be given, the same to every process.",
        is_secret=True,
    ),
    Setting(
        "BELFORT_SMS",
        "simulator://",
        roads,
        "Roads for SMS: provider URLs, comma-separated, first is preferred.",
        True,
    ),
    Setting("BELFORT_EMAIL", "simulator://", roads, "Roads for e-mail.", True),
    Setting("BELFORT_VOICE", "simulator://", roads, "Roads for spoken messages.", True),
    Setting("BELFORT_SMS_SENDER", "Be-Alert", sms_sender, "The sender that people see on an SMS."),
    Setting("BELFORT_EMAIL_SENDER", "no-reply@be-alert.be", mailbox, "The sender that people see on a mail."),
    Setting(
        "BELFORT_VOICE_SENDER",
        "+32477777755",
        voice_sender,
        "The number that people see when they are called.",
    ),
    Setting(
        "BELFORT_BOUNCES",
        "",
        text,
        "Where e-mail that came back is found: a mailbox of its own, `imaps://user:password@host?folder=INBOX`, looked "
        "into every minute and marked as read; or a door for a mail server, `lmtp://127.0.0.1:2424`.",
        True,
    ),
    Setting(
        "BELFORT_TRUSTED_PROXY",
        "",
        ip_address,
        "The address of a reverse proxy in front of us. Its `X-Forwarded-For` is believed, so that guessing of "
        "passwords slows the guesser and not everybody.",
    ),
    Setting("BELFORT_PUMP", "on", switch, "`off`: serve pages only, and let another process send."),
    Setting("BELFORT_IDLE_MINUTES", "60", whole, "A session ends after so many minutes without a deed."),
    Setting("BELFORT_SESSION_HOURS", "24", whole, "A session ends after so many hours, whatever is done."),
    Setting("BELFORT_UPLOAD_MEGABYTES", "60", whole, "The largest file that can be uploaded."),
    Setting("BELFORT_IMPORT_ROWS", "100000", whole, "The longest list that can be imported."),
    Setting(
        "BELFORT_KEEP_MESSAGES_MONTHS",
        "12",
        whole,
        "Messages lose names and addresses so many months after their campaign ended; counts and states stay.",
    ),
    Setting(
        "BELFORT_KEEP_ENDED_MONTHS",
        "12",
        whole,
        "A member is erased so many months after the last membership ended.",
    ),
    Setting(
        "BELFORT_KEEP_DRAFTS_MONTHS",
        "12",
        whole,
        "Drafts of campaigns and activation forms that nobody touched for so many months go; so do recordings that "
        "nothing says any more, and the names of uploaded files.",
    ),
    Setting(
        "BELFORT_KEEP_LETTERS_MONTHS",
        "24",
        whole,
        "Our own letters, and what members send back by SMS, lose text and address after so many months; the form that they carried stays.",
    ),
    Setting(
        "BELFORT_KEEP_SIGN_INS_DAYS", "90", whole, "Sessions are forgotten so many days after they began."
    ),
    Setting(
        "BELFORT_VICTIM_DAYS",
        "30",
        whole,
        "Notes of the D2 desk are emptied so many days after their emergency ended; counts stay.",
    ),
    Setting(
        "BELFORT_BACKUPS",
        "",
        folder,
        "The folder into which a backup is written each night: seven days and four weeks of them. Empty: none.",
    ),
    Setting(
        "BELFORT_BACKUPS_SECOND",
        "",
        folder,
        "A second folder for the same backups, on another disk or machine.",
    ),
    Setting(
        "BELFORT_METRICS_TOKEN",
        "",
        text,
        "Whoever asks `/metrics` shows it as `Authorization: Bearer …`. Empty: there are no metrics.",
        True,
    ),
    Setting(
        "BELFORT_HEARTBEAT",
        "",
        web_address,
        "An address that is asked each minute while the pump turns and the database can be written: whoever watches it "
        "raises the alarm when it falls silent.",
        True,
    ),
    Setting(
        "BELFORT_LOG",
        "text",
        log_kind,
        "How the log is written: `text`, or `json` with one object a line. Ids and codes only, never a person.",
    ),
    Setting(
        "BELFORT_HELPDESK",
        "0800 00 012",
        text,
        "The telephone number of the helpdesk, at the foot of every page.",
    ),
    Setting(
        "BELFORT_DUTY_CONTACT",
        "",
        text,
        "Who answers day and night, such as `National crisis centre, 02 000 00 12`: on the error pages, beside a clock "
        "that is late, and in the manual. Empty: only the helpdesk is named.",
    ),
)


def read_settings(environ: Mapping[str, str]) -> dict[str, object]:
    """Every setting by its name; raises BadSetting with a sentence on an unknown name or a malformed value."""
    known = {setting.name for setting in SETTINGS}
    files = {f"{setting.name}_FILE" for setting in SETTINGS if setting.is_secret}
    unknown = sorted(name for name in environ if name.startswith("BELFORT_") and name not in known | files)
    if unknown:
        raise BadSetting(f"{unknown[0]} is not a setting of Belfort. The README lists them all.")
    values = {setting.name: _read(setting, environ) for setting in SETTINGS}
    values["BELFORT_PUBLIC_URL"] = values["BELFORT_PUBLIC_URL"] or f"http://127.0.0.1:{values['PORT']}"
    return values


def _read(setting: Setting, environ: Mapping[str, str]) -> object:
    raw = environ.get(setting.name, setting.default)
    path = environ.get(f"{setting.name}_FILE") if setting.is_secret else None
    if path:
        if setting.name in environ:
            raise BadSetting(f"{setting.name} and {setting.name}_FILE are both given. Keep one of them.")
        try:
            raw = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise BadSetting(f"{setting.name}_FILE cannot be read: {reason}.") from None
    try:
        return setting.read(raw)
    except ValueError as error:
        shown = "its value" if setting.is_secret else f"“{raw}”"
        raise BadSetting(f"{setting.name} {error}, not {shown}.") from None


class Belfort(Flask):
    """Flask, whose log would hold the words of an error: they may quote a person."""

    def log_exception(self, exc_info) -> None:
        mishaps.tell(self.logger, f"{request.method} {request.endpoint}", exc_info[1])


def create_app() -> Flask:
    """For the flask command: a wrong setting ends it with its sentence and no traceback.

    Beside unsafe roads the demonstration can still be removed: with the simulator, and every other command refused.
    """
    try:
        return build_app(os.environ)
    except UnsafeRoads as error:
        shut = {f"BELFORT_{channel.upper()}": "simulator://" for channel in models.CHANNELS}
        environ = {
            name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in shut
        }
        app = build_app(environ | shut)
        app.extensions["refusal"] = str(error)
        return app
    except BadSetting as error:
        sys.exit(str(error))


def build_app(environ: Mapping[str, str]) -> Flask:
    """The application for these settings, without scheduler or server; raises BadSetting."""
    app = Belfort(__name__, root_path=str(HOME))
    app.jinja_env.undefined = StrictUndefined
    settle(app, read_settings(environ))
    views.register(app)
    return app


def settle(app: Flask, settings: dict) -> None:
    """Gives the application its settings, its database and its roads, in place of those that it had; raises BadSetting."""
    app.config.update(settings)
    app.config.update(_flask_settings(settings))
    if _holds_the_demonstration(settings["BELFORT_DATABASE"]):
        _keep_it_here(settings)
    if models.is_postgres():
        models.database.obj.here = settings["BELFORT_HANDS"] or Path()
    if models.is_postgres() and (settings["BELFORT_BACKUPS"] or settings["BELFORT_BACKUPS_SECOND"]):
        raise BadSetting(
            "BELFORT_BACKUPS is for SQLite. PostgreSQL is copied by its own tools: see the README."
        )
    app.extensions["roads"] = _open_roads(settings, app.secret_key)
    app.extensions["jobs"] = Jobs(
        Pump(
            app.extensions["roads"],
            imprint=Imprint(settings["BELFORT_PUBLIC_URL"], settings["BELFORT_HELPDESK"]),
        ),
        _open_bounces(settings, app.secret_key),
        _keeping(settings),
        public_url=settings["BELFORT_PUBLIC_URL"],
        folders=Folders(settings["BELFORT_BACKUPS"], settings["BELFORT_BACKUPS_SECOND"]),
        heartbeat=settings["BELFORT_HEARTBEAT"],
        numbers=Numbers(settings["BELFORT_HELPDESK"], settings["BELFORT_DUTY_CONTACT"]),
    )
    app.extensions["limits"] = {name: Limit(*rate) for name, rate in LIMITS.items()}
    app.extensions["refusals"] = Refusals()


def _flask_settings(settings: dict) -> dict[str, object]:
    is_tls = settings["BELFORT_PUBLIC_URL"].startswith("https:")
    return {
        "SECRET_KEY": settings["BELFORT_SECRET_KEY"] or _kept_secret(settings["BELFORT_DATABASE"]),
        "MAX_CONTENT_LENGTH": settings["BELFORT_UPLOAD_MEGABYTES"] * 1_000_000,
        "SESSION_IDLE": timedelta(minutes=settings["BELFORT_IDLE_MINUTES"]),
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings["BELFORT_SESSION_HOURS"]),
        # Of two answers under way the later cookie wins: one that changes nothing would take away what the other said.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_COOKIE_NAME": "__Host-session" if is_tls else "session",
        "SESSION_COOKIE_SAMESITE": "Lax",  # strict would sign out whoever follows the link in a mail of ours
        "SESSION_COOKIE_SECURE": is_tls,
        "WTF_CSRF_SSL_STRICT": False,  # it wants a referrer, and we send none; the token and the cookie stay
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form left open overnight is not lost
        "BABEL_DEFAULT_LOCALE": "nl",
        "BABEL_DEFAULT_TIMEZONE": "Europe/Brussels",
        "BABEL_TRANSLATION_DIRECTORIES": str(HOME / "translations"),
    }


def _keeping(settings: dict) -> Keeping:
    return Keeping(
        messages_months=settings["BELFORT_KEEP_MESSAGES_MONTHS"],
        ended_months=settings["BELFORT_KEEP_ENDED_MONTHS"],
        drafts_months=settings["BELFORT_KEEP_DRAFTS_MONTHS"],
        letters_months=settings["BELFORT_KEEP_LETTERS_MONTHS"],
        sign_ins_days=settings["BELFORT_KEEP_SIGN_INS_DAYS"],
        victim_days=settings["BELFORT_VICTIM_DAYS"],
    )


def _holds_the_demonstration(url: str) -> bool:
    """Opens the database; what it holds is asked on the same connection, which is dear."""
    try:
        with models.connect(url).connection_context():
            return "pending_change" in models.database.get_tables() and demo.is_loaded()
    except (DatabaseError, ImproperlyConfigured, ImportError) as error:
        raise BadSetting(f"BELFORT_DATABASE cannot be opened: {error}.") from None


def _keep_it_here(settings: dict) -> None:
    for channel in models.CHANNELS:
        name = f"BELFORT_{channel.upper()}"
        if not all(map(_stays_here, settings[name])):
            raise UnsafeRoads(
                f"{name} leads out of this machine, and this database holds the demonstration's accounts, whose "
                "password is printed. Use simulator:// or a server on 127.0.0.1, or remove them: flask demo --remove"
            )


def _stays_here(url: str) -> bool:
    try:
        return stays_here(url)
    except BadRoad as error:
        raise BadSetting(str(error)) from None


def _kept_secret(database_url: str) -> str:
    if not database_url.startswith("sqlite:"):
        raise BadSetting(
            "BELFORT_SECRET_KEY must be given with PostgreSQL: every process signs with the same."
        )
    path = Path(database_url.removeprefix("sqlite:///")).resolve().parent / ".secret-key"
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    except OSError as error:
        raise BadSetting(
            f"BELFORT_DATABASE: nothing can be written in {path.parent}: {error.strerror}."
        ) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text()


def receipt_key(secret: str) -> str:
    """The part of a receipt's address that nobody can guess."""
    return hmac.new(secret.encode(), b"receipts", "sha256").hexdigest()[:32]


def _open_roads(settings: dict, secret: str) -> Roads:
    try:
        return Roads(
            {channel: settings[f"BELFORT_{channel.upper()}"] for channel in models.CHANNELS},
            public_url=settings["BELFORT_PUBLIC_URL"],
            receipt_key=receipt_key(secret),
            senders={channel: settings[f"BELFORT_{channel.upper()}_SENDER"] for channel in models.CHANNELS},
        )
    except BadRoad as error:
        raise BadSetting(str(error)) from None


def _open_bounces(settings: dict, secret: str) -> Bounces:
    try:
        return Bounces(settings["BELFORT_BOUNCES"], receipt_key(secret))
    except BadRoad as error:
        raise BadSetting(f"BELFORT_BOUNCES: {error}") from None


def serve(app: Flask) -> None:
    """Serves pages and pumps messages until SIGTERM or Ctrl-C; then answers and records what is in hand."""
    jobs: Jobs = app.extensions["jobs"]
    courtesy.take_short_turns()
    courtesy.keep_what_is_loaded()
    server = _bound(app)  # before anything is sent: of two processes on one port only one pumps
    if app.config["BELFORT_PUMP"]:
        _start(jobs)
    print(f"Belfort: http://{app.config['BELFORT_HOST']}:{app.config['PORT']}", flush=True)
    server.run()
    jobs.stop()
    app.extensions["roads"].close()


def _start(jobs: Jobs) -> None:
    try:
        jobs.start()
    except OSError as error:
        raise BadSetting(f"BELFORT_BOUNCES: the door cannot be opened: {error.strerror}.") from None


def _bound(app: Flask) -> Server:
    host, port = app.config["BELFORT_HOST"], app.config["PORT"]
    most_bytes, proxy = app.config["MAX_CONTENT_LENGTH"], app.config["BELFORT_TRUSTED_PROXY"]
    try:
        return Server(app, host=host, port=port, most_bytes=most_bytes, proxy=proxy)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadSetting(f"Pages cannot be served on {host}, port {port}: {reason}.") from None


def main() -> int:
    logs.begin()
    try:
        app = build_app(os.environ)
        logs.begin(app.config["BELFORT_LOG"])
        models.check_schema()
        serve(app)
    except (BadSetting, models.WrongSchema) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
