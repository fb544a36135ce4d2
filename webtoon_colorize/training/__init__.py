"""Training: one step for every method (`steps`), the devices that share it (`devices`), and epochs of it (`loop`)."""
