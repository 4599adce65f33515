"""Log, seals and quarantine are plain tables that the ORM does not manage (`sql/10_tables.sql`)."""
