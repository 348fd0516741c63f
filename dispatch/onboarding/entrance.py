"""How somebody of a user table gets an account."""

from datetime import datetime

from dispatch import audit
from dispatch.onboarding.account_rows import AccountRow
from models import Bin, Mandate, Organisation, User


def open_account(
    row: AccountRow, organisation: Organisation, bins: list[Bin], *, public_url: str, by: User, now: datetime
) -> User:
    """Makes an account without a password, in the transaction at hand: nobody signs in before they were invited.

    public_url: where the link of an invitation leads.
    """
    facts = {"email": row.email, "name": row.name, "phone": row.phone, "language": row.language}
    user = User.create(organisation=organisation, role=row.role, password_hash="", created_at=now, **facts)
    for bin in bins:
        Mandate.create(user=user, bin=bin)
    audit.record("user.added", user, by=by, now=now, organisation=organisation, role=row.role)
    return user
