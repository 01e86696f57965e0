"""Named operators that spoil a right answer, each with the check that must notice it."""
