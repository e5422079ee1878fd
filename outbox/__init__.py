"""Deliveries: messages to be sent after the commit, their queue, and the relay that sends them."""
