"""The read path: documents are declared like serializers, and PostgreSQL builds their JSON."""
