"""The service: routes, sign-in, tiles, and the command line, on top of `maps` and `geo_risk`."""
