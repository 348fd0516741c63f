"""The address to which a letter comes back: one for each letter, so that any bounce, however written, says whose it is.

A keyed check stands behind the reference: who has seen one return address cannot make another's letter fail.
"""

import hmac
import re

STAR = "*"
MARK_LENGTH = 27  # a reference, a dash and a check
MARK = re.compile(r"(?<![0-9a-z])([0-9a-z]{16})-([0-9a-f]{10})@")


def pattern(mailbox: str) -> str:
    """`bounce@zone.example` as `bounce+*@zone.example`; the star, if not given, stands where most servers look for it."""
    return mailbox if STAR in mailbox else mailbox.replace("@", f"+{STAR}@")


def address(pattern: str, reference: str, key: str) -> str:
    """The return address of one letter."""
    return pattern.replace(STAR, f"{reference}-{_check(reference, key)}")


def reference(words: str, key: str) -> str:
    """The reference in a return address that we made ourselves, else nothing; servers may have changed its capitals."""
    for mark in MARK.finditer(words.lower()):
        if hmac.compare_digest(mark[2], _check(mark[1], key)):
            return mark[1]
    return ""


def _check(reference: str, key: str) -> str:
    return hmac.digest(key.encode(), b"bounce " + reference.encode(), "sha256").hex()[:10]
