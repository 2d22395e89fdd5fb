"""The second opinion: judges a run by code of its own, and shares nothing with the rest."""
