"""The 15-minute circle 15分钟党群服务圈: walking time, coverage, and where the next site helps most.

`walking` knows minutes and metres, `network` paths, `cover` which sites cover what and the greedy
choice, `inputs` reads what a run needs, `reckon` does a run. Nothing here is asked inside a page.
"""
