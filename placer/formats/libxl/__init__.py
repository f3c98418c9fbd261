"""Reading and writing libxl's configuration of a domain in JSON, and writing the arrays of hypercalls."""
