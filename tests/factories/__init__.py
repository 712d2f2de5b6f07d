"""One factory per model: valid, minimal, unsurprising."""
