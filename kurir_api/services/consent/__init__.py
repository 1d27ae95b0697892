"""Whether a patient agrees to what is kept of them."""
