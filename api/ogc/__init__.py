"""OGC API - Features as values: what is asked, what is answered, what may be entered. No HTTP."""
