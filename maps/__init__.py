"""Maps and pages: values in, HTML and pictures out.

Takes what `geo_risk` publishes, gives the console's pages, the map in them, and a map file that
opens offline. Knows neither the store nor the service. Nothing it makes asks another host.
"""
