"""What sockets ask the database: tickets, credentials, and who may read which event."""
