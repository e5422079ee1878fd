"""Runs the whole product on one machine: embedded servers, and a supervisor for the programs."""
