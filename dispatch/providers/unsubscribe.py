"""One press in the mail program ends the news (RFC 8058): a link for each letter, which nobody can guess from another."""

from typing import NamedTuple

from dispatch.providers import signed

PURPOSE = b"unsubscribe"


class OneClick(NamedTuple):
    """Our door for whoever wants no more news: `at` is its address up to the token, `key` signs it."""

    at: bytes
    key: bytes

    def link(self, reference: str) -> bytes:
        return self.at + signed.token(reference, self.key, PURPOSE).encode()

    def lines(self, reference: str) -> bytes:
        """The two header lines of one letter."""
        link = self.link(reference)
        return b"List-Unsubscribe: <%b>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" % link


def door(public_url: str, key: str) -> OneClick | None:
    """The door at this address; none without TLS, which RFC 8058 demands."""
    if not key or not public_url.startswith("https://"):
        return None
    return OneClick(f"{public_url.rstrip('/')}/unsubscribe/".encode(), key.encode())


def reference(token: str, key: str) -> str:
    """The letter that a token of ours belongs to, else nothing."""
    return signed.reference(token, key, PURPOSE)
