"""Metrics live in two plain tables that the ORM does not manage (`sql/10_tables.sql`): deltas, and values per level."""
