"""The edges: frozen steps, each with a `run` that starts processes or writes files."""
