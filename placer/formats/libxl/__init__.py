"""The domain configuration of libxl, as JSON and as hypercalls."""
