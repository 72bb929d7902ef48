"""The border to credit, telephone and mail providers: ``sandbox`` answers for all of them; ``mail`` is its mailbox."""
