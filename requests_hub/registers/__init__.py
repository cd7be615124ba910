"""The registers of this app, one module a topic; each is found by itself (`registers.find`)."""
