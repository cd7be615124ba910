"""Which departments a request goes to: conditions, the first rule that fits, and why.

Reads rules and facts only; `actions.routing` writes what comes of it.
"""
