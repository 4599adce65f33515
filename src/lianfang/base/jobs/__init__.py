"""What runs beside the pages: the steward, which folds metrics and seals the log."""
