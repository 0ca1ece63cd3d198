"""Persons → keys → candidate pairs → comparison levels → Splink model → edges."""
