"""Parts that several formats share: files, JSON, XML, lists of cpus, sizes."""
