"""The audit: who did what is significant or destroys something, in chains of hashes."""
