"""Django's PostgreSQL backend with connections that fail soon if the server does not answer."""
