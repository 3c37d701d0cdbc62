/* How late this machine wakes whoever sleeps, whatever he does afterwards: `pace PERIOD_NS SECONDS`.
 *
 * Prints the share of all wakings that were within 2 ms, and the 99.9th percentile in ms.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int by_length(const void *one, const void *other) {
    long long left = *(const long long *)one, right = *(const long long *)other;
    return (left > right) - (left < right);
}

int main(int arguments, char **argument) {
    if (arguments != 3) return 64;
    long long period = atoll(argument[1]), count = atoll(argument[2]) * 1000000000LL / period, within = 0;
    long long *late = calloc(count, sizeof *late), start = now();
    for (long long k = 0; k < count; k++) {
        long long due = start + k * period;
        struct timespec until = {due / 1000000000LL, due % 1000000000LL};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL)) continue;
        late[k] = now() - due;
        within += late[k] <= 2000000;
    }
    qsort(late, count, sizeof *late, by_length);
    printf("%.4f %.4f\n", within * 100.0 / count, late[count * 999 / 1000] / 1e6);
}
