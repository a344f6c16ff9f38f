"""What Jejak is measured beside. A peer is a program that takes jobs and answers, line by line."""
