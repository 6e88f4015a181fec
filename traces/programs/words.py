# Writes 1.3 MB of text-like words, the same bytes each time. Run: python3 words.py > words.txt
import random
import sys

draw = random.Random(1984)
letters = 'etaoinshrdlucmfwypvbgk'
words = []
for _ in range(9000):
    length = 2 + min(draw.randrange(9), draw.randrange(9))
    words.append(''.join(letters[min(draw.randrange(22), draw.randrange(22))] for _ in range(length)))
size = 0
while size < 1300000:
    line = ' '.join(words[min(draw.randrange(9000), draw.randrange(9000))] for _ in range(12)) + '.\n'
    sys.stdout.write(line)
    size += len(line)
