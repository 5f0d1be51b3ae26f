"""WHAT: a step, a contact and templates become a message; same input, same bytes. Pure."""
