"""Where files are kept: in a folder of this machine, or with a service that speaks S3.

Nothing here knows a row. A key is the path of a file; whoever removes a file twice is not told.
"""
