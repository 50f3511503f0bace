"""The edge: browsers' ICE, DTLS and SRTP on one side, plain RTP on the other."""
