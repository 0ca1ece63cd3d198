"""What a person sees of a question: two records side by side, what speaks for and against, what the answer would do."""
