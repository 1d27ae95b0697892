"""What a patient's family sees and says, without an account."""
