"""Running a scenario: options, waiting, and a shell into a paused lab."""
