"""What reads and writes files: images, pages, archives, chapters, hints."""
