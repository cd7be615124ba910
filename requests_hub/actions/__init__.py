"""The only writers of requests, whistles and tasks, by topic.

`intake` (a request comes in), `desk` (triage), `whistles` (called departments), `handling` (the
grid's own people), `feedback` (check, close, rate, reopen); `steps` takes any of them by name.
"""
