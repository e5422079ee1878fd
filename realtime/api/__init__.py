"""Tickets for sockets, streams and messages to those who are in a project."""
