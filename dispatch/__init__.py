"""What is done: every change of anything. Knows no Flask: who, when and in which language come in as arguments."""
