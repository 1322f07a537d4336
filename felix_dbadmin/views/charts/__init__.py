"""Charts, drawn by pyqtgraph: the only place that knows of it, and nothing here imports it before a chart is shown."""
