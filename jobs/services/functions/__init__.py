"""Runs of background functions: recorded, asked for, done."""
