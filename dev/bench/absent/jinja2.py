"""As rich beside it; what loads it is a module of REST framework or of Django."""

raise ImportError
