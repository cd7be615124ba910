"""The bottom storey: users, events and outbox, workflow, working time, dictionaries, attachments.

It knows no app. Whatever names a grid, a department or a request lives above.
"""
