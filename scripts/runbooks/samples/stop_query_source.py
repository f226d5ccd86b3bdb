"""A function that is new, has no limit, and sends what no database can bear."""

from scripts.runbooks.functions import new_function
from scripts.runbooks.sample import Sample

SAMPLE = Sample(new_function)
