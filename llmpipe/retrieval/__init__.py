"""A knowledge base: documents cut into passages, and those that fit a question, found by BM25."""
