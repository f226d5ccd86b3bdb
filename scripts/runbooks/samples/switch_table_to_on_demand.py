"""A table of 5 read and 10 write units."""

from scripts.runbooks.sample import Sample
from scripts.runbooks.tables import provisioned_table

SAMPLE = Sample(provisioned_table)
