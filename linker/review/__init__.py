"""The review queue: which questions people are asked, who holds which, what they say, and what comes of it. No HTTP in here."""
