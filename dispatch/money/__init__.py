"""What it costs, what was paid in advance, and what became of it; in thousandths of a euro, without VAT."""
