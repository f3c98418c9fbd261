"""placer's own files, and the build info of the 2013 RFC."""
