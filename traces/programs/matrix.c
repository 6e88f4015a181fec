/* One product of matrices, computed twice: row by column as it is taught, which walks the whole
 * right-hand matrix for every element, and in blocks that stay in memory.
 * Build: gcc -O2 -funroll-loops -o matrix matrix.c */
#include <stdio.h>
#include <stdlib.h>

#define M 6   /* rows of the left matrix */
#define N 448 /* the right matrix is N x N doubles: 392 pages */
#define B 56  /* block */

static double a[M][N], b[N][N], c[M][N], d[M][N];

static void naive(void) {
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++) {
      double s = 0;
      for (int k = 0; k < N; k++) s += a[i][k] * b[k][j];
      c[i][j] = s;
    }
}

static void blocked(void) {
  for (int kk = 0; kk < N; kk += B)
    for (int jj = 0; jj < N; jj += B)
      for (int i = 0; i < M; i++)
        for (int k = kk; k < kk + B; k++) {
          double x = a[i][k];
          for (int j = jj; j < jj + B; j++) d[i][j] += x * b[k][j];
        }
}

int main(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) b[i][j] = (i * 31 + j * 17) % 97;
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++) a[i][j] = (i * 13 + j * 7) % 89;
  naive();
  blocked();
  double difference = 0;
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++) difference += c[i][j] - d[i][j];
  printf("%g %g\n", c[M - 1][N - 1], difference);
  return 0;
}
