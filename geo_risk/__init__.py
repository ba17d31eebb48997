"""geo-risk: from enterprise locations, hazard reports and patrol zones to risk maps."""
