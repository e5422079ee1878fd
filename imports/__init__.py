"""Tasks that come from files of other products."""
