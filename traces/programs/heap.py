# 30,000 words in the Python interpreter's heap, each an object: sorted by their hashes, visited in that
# order (random in memory), looked up in a dictionary, collected.
# Run: python3 words.py > words.txt; PYTHONHASHSEED=0 /usr/bin/python3 -S heap.py
import gc

gc.disable()
with open('words.txt') as file:
    words = file.read(190000).split()[:30000]
place = dict(zip(words, map(float, range(len(words)))))
by_hash = sorted(words, key=hash)
total = 0
for turn in range(4):
    total += sum(map(place.get, by_hash))
    total += sum(map(len, by_hash))
    gc.collect()
print(total)
