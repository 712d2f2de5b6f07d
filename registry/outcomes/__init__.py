"""Follow-up waves, invitations and answers."""
