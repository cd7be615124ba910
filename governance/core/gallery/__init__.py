"""Invented content of the `/_components/` page; nothing of the product reads it."""
