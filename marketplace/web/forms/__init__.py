"""Forms, one module a noun: names, types and Chinese messages of what users type."""
