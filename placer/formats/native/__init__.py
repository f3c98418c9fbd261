"""Reading and writing placer's own files, and writing the build info of the patches of 2013."""
