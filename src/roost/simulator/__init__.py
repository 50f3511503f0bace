"""Virtual callers, agents and networks around the production engine, in virtual time.

The simulator replaces adapters only: it drives the one step function (`engine.step`) with the
floor's own room, and answers its effects as phones, media and people would."""
