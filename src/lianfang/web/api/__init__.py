"""The HTTP interface for machines beside facts, metrics and work list: areas, and the OpenAPI description of all of it."""
