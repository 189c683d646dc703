"""Fill the disk
Files are held in memory of a fixed size
"""
n = 0
while True:
    n += 1
    with open(f"/tmp/{n}", "wb") as file:
        file.write(b"x" * (1 << 20))
