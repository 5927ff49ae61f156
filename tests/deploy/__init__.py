"""What is deployed: the compose file, the images, and a Prometheus that watches real processes."""
