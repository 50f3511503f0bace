"""A small SIP phone, for scripts: see `phone.Phone`."""
