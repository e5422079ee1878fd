"""Sign-in through identity providers, and the accounts there that belong to a person."""
