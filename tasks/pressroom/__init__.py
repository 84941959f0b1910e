"""pressroom: Make for media releases."""

__version__ = "0.1.0"
