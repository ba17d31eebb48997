"""Enterprise risk: the probability that the next visit finds a `major` hazard, freed of who looks.

Features come from `features`, records never come here. `estimators` fit, `rolling` chooses by
earlier outcomes, `scores` says how good a probability was.
"""
