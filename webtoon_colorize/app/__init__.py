"""The browser app: shows a gray page in colour, which follows the user's hints."""
