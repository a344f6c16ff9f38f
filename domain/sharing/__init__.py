"""What an agreement lets a partner see: the words for it, and the scope that one is compiled to."""
