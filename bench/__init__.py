"""Timings: whole commands as people run them, and inner work beside peers in the same run."""
