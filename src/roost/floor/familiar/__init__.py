"""Who helped whom last, so that somebody who calls again may have the same agent."""
