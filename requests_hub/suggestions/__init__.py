"""Which category a message probably has, and why: words first, what the desk decided next.

Owns the word list, the learned model and their mixture. It reads texts and category codes only;
it knows no request, no page and no person. It works without any model.
"""
