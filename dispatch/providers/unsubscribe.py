"""One press in the mail program ends the news (RFC 8058): a link for each letter, which nobody can guess from another."""

import hmac
import re
from hashlib import blake2b
from typing import NamedTuple

TOKEN = re.compile(r"([0-9a-z]{16})-([0-9a-f]{20})")


class OneClick(NamedTuple):
    """Our door for whoever wants no more news: `at` is its address up to the token, `key` signs it."""

    at: bytes
    key: bytes

    def lines(self, reference: str) -> bytes:
        """The two header lines of one letter."""
        link = b"%b%b-%b" % (self.at, reference.encode(), _check(reference, self.key))
        return b"List-Unsubscribe: <%b>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" % link


def door(public_url: str, key: str) -> OneClick | None:
    """The door at this address; none without TLS, which RFC 8058 demands."""
    if not key or not public_url.startswith("https://"):
        return None
    return OneClick(f"{public_url.rstrip('/')}/unsubscribe/".encode(), key.encode())


def reference(token: str, key: str) -> str:
    """The letter that a token of ours belongs to, else nothing."""
    found = TOKEN.fullmatch(token)
    is_ours = found and hmac.compare_digest(found[2].encode(), _check(found[1], key.encode()))
    return found[1] if is_ours else ""


def _check(reference: str, key: bytes) -> bytes:
    """Keyed BLAKE2 (RFC 7693) rather than HMAC: there is one for each letter, thousands a second."""
    return (
        blake2b(reference.encode(), digest_size=10, key=key[:64], person=b"unsubscribe").hexdigest().encode()
    )
