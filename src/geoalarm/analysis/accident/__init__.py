"""An accident at a place: what is asked, its zones, the people in them."""
