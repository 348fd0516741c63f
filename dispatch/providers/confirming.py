"""The link in a letter by which its reader confirms that it was read."""

from typing import NamedTuple

from dispatch.providers import signed

PURPOSE = b"confirm"


class Confirming(NamedTuple):
    """Our door for whoever confirms a letter: `at` is its address up to the token, `key` signs it."""

    at: str
    key: bytes

    def link(self, reference: str) -> str:
        return self.at + signed.token(reference, self.key, PURPOSE)


def door(public_url: str, key: str) -> Confirming | None:
    """The door at this address; none where nobody could reach it."""
    return Confirming(f"{public_url.rstrip('/')}/confirm/", key.encode()) if public_url and key else None


def reference(token: str, key: str) -> str:
    """The letter that a token of ours belongs to, else nothing."""
    return signed.reference(token, key, PURPOSE)
