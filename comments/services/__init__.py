"""Everything that changes a comment. Project, task and comment are locked in this order."""
