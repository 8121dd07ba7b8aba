"""What the alerts' PromQL says: to a parser always, to Prometheus itself where promtool is found."""
