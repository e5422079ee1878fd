"""Django's PostgreSQL backend with connections that fail soon when the server does not answer."""
