"""One composition root a role, and what they share: settings, secrets, the supervisor."""
