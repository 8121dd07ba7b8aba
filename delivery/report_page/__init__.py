"""The report as a page: what is known of all environments, in one HTML file that asks nobody for anything."""
