"""Other ways to link the same records, as yardsticks. Each takes a table of simple columns and gives clusters."""
