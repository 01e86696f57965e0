"""The four laws that every diagnosis passes: one file a law, each a function over one `Case`."""
