"""The pages of a person's own affairs, cut by topic; `desk` holds those of officers."""
