"""Both languages: every sentence is marked and translated, and dates, money and counts read right."""
