"""What is printed: templates (typst), and what sets them into PDF/A."""
