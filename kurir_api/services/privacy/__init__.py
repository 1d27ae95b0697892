"""What a person may ask of an office that keeps data about them."""
