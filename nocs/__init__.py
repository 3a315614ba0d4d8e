"""NOCS balance summary: credit and due of every NOCS area, read hourly from Oracle CC&B.

Data flows one way: source -> refresh -> cache -> live -> pages, workbook and API.
"""

__version__ = "0.1.0"
