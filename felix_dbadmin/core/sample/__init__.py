"""A workspace to try this program on, made of our own sentences: the same on every machine."""

from felix_dbadmin.core.sample.make import SampleMade, make_sample

__all__ = ["SampleMade", "make_sample"]
