"""Rows that must leave the building, and the relay that sends them."""
