"""Write output without end
The host reads up to the limit and no further, and keeps nothing beyond it
"""
import os

while True:
    os.write(1, b"x" * 65536)
