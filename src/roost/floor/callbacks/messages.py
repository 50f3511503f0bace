"""Callbacks: promised to those who wait, and made when it's their turn. What's offered, and
taken, is the flow's (flows/messages.py); a promised call's contact is the calls'."""

from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ContactId
from roost.kernel.messages import Command


class CloseCallback(Command, frozen=True, gc=False):
    """A promised call's contact has ended. Where the customer wasn't reached it's promised anew,
    in its old place, as long as there are tries and time left."""

    contact: ContactId
    blame: Blame
    reason: Reason
