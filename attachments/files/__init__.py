"""Names and types of files, as people and clients give them."""
