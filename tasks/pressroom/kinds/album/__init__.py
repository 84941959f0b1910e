"""An album: also a single, an EP, a compilation, a soundtrack."""

from pressroom.kinds.album.plan import plan, summary
from pressroom.kinds.album.words import Album, inherited_words

__all__ = ["Album", "inherited_words", "plan", "summary"]
