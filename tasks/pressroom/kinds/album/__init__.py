"""An album: also a single, an EP, a compilation, a soundtrack."""

from pressroom.kinds.album.plan import plan
from pressroom.kinds.album.words import Album, inherited_words, publishing, summary

__all__ = ["Album", "inherited_words", "plan", "publishing", "summary"]
