"""What the catalogue accepts, one file per noun."""
