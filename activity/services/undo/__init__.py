"""Putting back what one event changed, by the services that make such changes anyway."""
