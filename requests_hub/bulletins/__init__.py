"""Bulletins: the figures of a period, the fixed sentences about them, and the same as files."""
