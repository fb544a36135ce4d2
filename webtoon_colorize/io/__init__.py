"""What reads and writes files: images, pages, archives, chapters, hints.

Errors: an exception's message is the reason alone, a clause without the file's name and without a full stop ("the file
is empty"). Whoever tells the user puts the name in front and the full stop behind ("01.png: the file is empty."). The
colorizer and the app's session raise in the same way. Two exceptions name files because their reason is about several:
`chapters.InputError` and what `Colorizer.load` raises about files in a run folder.
"""
