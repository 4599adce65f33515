"""A small Django site without a database that serves only the shell: what the component tests run against."""
