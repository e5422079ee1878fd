"""Everything that changes an attachment.

Project, task, attachment, stored bytes are locked in this order. Files are stored before rows are
locked, and removed after the rows are committed.
"""
