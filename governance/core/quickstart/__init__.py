"""What `manage.py quickstart` is made of.

`steps` brings database, texts and files up to date; `children` keeps the four processes
(web, worker, beat, relay) running and ends them.
"""
