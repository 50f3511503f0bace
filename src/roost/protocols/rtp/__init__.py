"""RTP without sockets or clocks: packets, lines, events, reports, G.711 (RFC 3550, 3551, 4733)."""
