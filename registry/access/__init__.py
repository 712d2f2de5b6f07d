"""Who may do what: permissions, roles, the policy, and the lifecycles that ask it."""
