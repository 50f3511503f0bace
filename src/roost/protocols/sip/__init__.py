"""SIP, sans-IO (RFC 3261 and its corrections).

    message, uri, headers, parse, answers, bodies, validate, digest    messages as values
    transactions, timers, routing                                      one hop
    dialogs, core, answering, calling, midcall, ending, sessions       calls
    endpoint, registrar                                                the whole user agent

Bytes and the time go in; messages to send and events come out. docs/reference/sip.md says
what's answered how.
"""
