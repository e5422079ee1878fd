"""The read path: documents are declared like serializers, and made of rows of columns."""
