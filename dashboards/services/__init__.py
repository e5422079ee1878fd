"""Writing and reading totals, and drawing them."""
