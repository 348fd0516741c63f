"""The door: who is let in, how they show that it is them, and how they come by an account."""
