"""Bringing releases to where people get them: a file for each kind of destination, behind one small protocol."""
