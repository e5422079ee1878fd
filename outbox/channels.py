"""Registers the channel for mail."""

from outbox.mail import EMAIL
from outbox.mail.channel import EmailChannel
from outbox.registry import register_channel

register_channel(EMAIL, EmailChannel())
