"""Why definitions couldn't be put in force: known to control without what loads them."""


class NotInForce(Exception):
    """The definitions couldn't be put in force; the message says why. Those before still are."""
