"""How work is assessed: periods, shares with their bases, indicators and formulas over them.

Nothing here asks the database. The formulas are those of published reports of a Beijing district
(contacted, solved, satisfied) and of deployed city management systems ("should have been done").
"""
