"""Three teams at work, for a first look at the product."""
