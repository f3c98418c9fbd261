"""Pictures of hosts and placements: figures, boxes, plain shapes, and these as SVG and HTML."""
