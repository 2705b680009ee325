"""Policy as data: every threshold, ratio, weight and cap with its clause and version."""
