"""Keys outside the database, sealing of personal columns, blind indexes, pseudonyms, and the record of looks."""
