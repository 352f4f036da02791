"""The network side: one module per helpdesk behind one Protocol, and the HTTP client they share."""
