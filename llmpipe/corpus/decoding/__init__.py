"""Texts that were read in a wrong encoding, or are still as a program escaped them, read as they were meant."""
