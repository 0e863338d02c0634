"""The HTTP server: OpenAI's interface and a chat page, over one engine that all requests share."""
