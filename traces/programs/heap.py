# 30,000 words in the Python interpreter's heap, each an object, visited in the order of their hashes,
# which is a random order in memory: looked up in a dictionary, measured, collected.
# Run: python3 words.py > words.txt; PYTHONHASHSEED=0 python3 -I -S heap.py
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
