"""The browser app: a gray page, coloured, under a person's dots of colour."""
