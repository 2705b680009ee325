"""Use cases, one module a noun: load, check, change, record, commit once. The only queries."""
