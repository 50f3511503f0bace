"""The sound of a test caller or a small softphone: RTP out and in, in real time."""
