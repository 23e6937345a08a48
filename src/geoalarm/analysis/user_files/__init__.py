"""Anyone's own files, without a catalog: what they are, and the table made from them."""
