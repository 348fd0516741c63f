"""The first steps: at which one somebody is, remembered with the account."""

from models import User, writing

OVER = 0


def go(user: User, *, step: int, to: int) -> None:
    """From this step to another, or OVER; a second press of the same button moves nothing."""
    with writing():
        User.update(tour_step=to).where(User.id == user.id, User.tour_step == step).execute()


def begin(user: User) -> None:
    """From the first step on, however often it was walked before."""
    with writing():
        User.update(tour_step=1).where(User.id == user.id).execute()
