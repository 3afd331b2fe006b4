"""The board: many runs and certificates of many vendors as a static site that a programme can publish."""
