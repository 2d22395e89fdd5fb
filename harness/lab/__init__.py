"""Running a story: options, waiting, and a shell into a stopped lab."""
