"""Whom a line may be encrypted to: the certificates that this machine trusts."""

import ssl


def context(is_verified: bool) -> ssl.SSLContext:
    """What lines begin their encryption with; unverified, it takes any certificate.

    To be made once for a road: it reads the certificates of the machine, in 20 to 50 ms of the processor.
    """
    made = ssl.create_default_context()
    if not is_verified:
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made
