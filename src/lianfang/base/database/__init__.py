"""The PostgreSQL behind everything: the embedded server, an external one, their roles, and how to connect as each."""
