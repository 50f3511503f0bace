"""The HTTP and websocket API: sessions, permissions, commands, live views, the feed."""
