"""Sockets and streams of this process, on the event loop; the database is asked in threads."""
