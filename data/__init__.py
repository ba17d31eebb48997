"""The sample park's recipe and its known truth; park files for public data."""
