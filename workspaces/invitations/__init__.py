"""Asking people in by mail: a place is theirs once they prove the address."""
