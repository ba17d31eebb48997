"""One module per family of addresses; each gives a router, all of them are wired in `api.app`."""
