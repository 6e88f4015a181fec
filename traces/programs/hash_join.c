/* A hash join: a table of 30,000 rows is hashed, 400,000 rows are looked up in it, the sums per
 * group are printed. Two look-ups of three go to a fifth of the keys, as in sales data.
 * Build: gcc -O2 -o hash_join hash_join.c */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ROWS 30000
#define PROBES 400000
#define BUCKETS 32768
#define GROUPS 64

struct row {
  struct row *next;
  uint32_t key, group;
  int64_t price, stock;
  char name[32];
};

static struct row *bucket[BUCKETS];
static int64_t sum[GROUPS];
static uint32_t seed = 12345;

static uint32_t draw(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed;
}

static uint32_t hash(uint32_t key) { return (key * 2654435761u) >> 17; }

int main(void) {
  struct row *rows = malloc(ROWS * sizeof *rows);
  for (uint32_t i = 0; i < ROWS; i++) {
    struct row *row = rows + i;
    row->key = i * 40503u;
    row->group = draw() % GROUPS;
    row->price = draw() % 1000;
    row->stock = 0;
    uint32_t h = hash(row->key);
    row->next = bucket[h];
    bucket[h] = row;
  }
  long found = 0;
  for (long i = 0; i < PROBES; i++) {
    uint32_t pick = draw();
    uint32_t key = (pick % 3 ? draw() % (ROWS / 5) : draw() % ROWS) * 40503u;
    for (struct row *row = bucket[hash(key)]; row; row = row->next) {
      if (row->key == key) {
        sum[row->group] += row->price;
        row->stock++;
        found++;
        break;
      }
    }
  }
  int64_t total = 0;
  for (int g = 0; g < GROUPS; g++) total += sum[g];
  printf("%ld %lld\n", found, (long long)total);
  return 0;
}
