"""How rows are written to files. Nothing here knows a model."""
