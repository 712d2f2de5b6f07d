"""One file per report, releases and disclosure control."""
