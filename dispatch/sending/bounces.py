"""E-mail that came back: taken in at a door or from a mailbox, and settled like every other receipt."""

from collections.abc import Iterable

from dispatch import clock
from dispatch.providers import dsn
from dispatch.providers.base import BadRoad, RoadURL
from dispatch.providers.imap import PORTS, Mailbox
from dispatch.providers.lmtp import Door
from dispatch.sending import receipts
from dispatch.words import N_
from models import database

DOORS = ("lmtp", "smtp")
OPTIONS = {"folder", "verify", "starttls"}


class Bounces:
    """The way in that a URL names: `lmtp://127.0.0.1:2424` or `imaps://user:password@host?folder=INBOX`; or none.

    Raises BadRoad, whose sentence never holds the password; nothing is contacted or opened yet.
    """

    def __init__(self, url: str, key: str):
        self._key = key
        self._url = RoadURL.parse(url)
        self._door = self._mailbox = None
        if self._url.scheme in PORTS and self._url.host and set(self._url.options) <= OPTIONS:
            self._mailbox = Mailbox(self._url)
        elif url and not (self._url.scheme in DOORS and self._url.host and self._url.port):
            raise BadRoad(
                N_(
                    "What comes back is read from imaps://user:password@host, or taken at lmtp://127.0.0.1:2424."
                )
            )

    def open(self) -> None:
        """Opens the door, if there is one; raises OSError."""
        if self._url.scheme in DOORS:
            self._door = Door(self._url.host, self._url.port, self.keep)

    def collect(self) -> None:
        """Empties the mailbox, if there is one; raises OSError or imaplib.IMAP4.error."""
        if self._mailbox:
            self._mailbox.collect(self.keep)

    def close(self) -> None:
        if self._door:
            self._door.close()

    def keep(self, letters: Iterable[tuple[bytes, tuple[str, ...]]]) -> None:
        """Returns once what the letters say is committed; what says nothing of a message of ours is passed over."""
        read = [dsn.read(letter, self._key, readers) for letter, readers in letters]
        if found := [receipt for receipt in read if receipt]:
            with database.connection_context():
                receipts.take(found, clock.now())
