"""Reading and writing fleets: JSON, and tables of hosts and of requests."""
