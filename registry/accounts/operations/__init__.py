"""Every change of accounts, sessions, second factors, roles and organisations."""
