"""The one place that calls allauth's flows."""
