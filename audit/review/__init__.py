"""The monthly review of accesses: published rules, and the queue that they build."""
