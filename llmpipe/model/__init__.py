"""nn.Modules and pure tensor functions. No files."""
