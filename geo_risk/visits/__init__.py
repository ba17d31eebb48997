"""Visit plans: whom to visit, when, by whom, and why. Values in, values out.

`problem` says what a plan is made of, `check` judges one.
"""
