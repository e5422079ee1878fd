"""The read path: documents are declared like serializers and built as JSON by PostgreSQL."""
