"""SIP to the floor and back: see `telephony.Telephony`."""
