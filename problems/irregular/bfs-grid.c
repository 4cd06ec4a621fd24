/* bfs-grid: breadth-first search through an n x n x n grid in which 30 % of the cells are
 * obstacles, from its middle.
 *
 * The queue is a stream; the six neighbours of a cell lie 4, 4 n and 4 n^2 bytes apart, and
 * the front of the search is a growing shell, so that cells come back soon in y and late in
 * z.  Whether a neighbour is new is a branch that nobody can foresee.  A wall around the grid
 * saves all tests for its edges.
 *
 * A search is right when every reached cell but the first has a neighbour one step nearer
 * and none that is nearer than that, and no reached cell touches an open one that is not.
 * This is looked at in a random sample of n^2 cells; the reached ones are counted. */
#include "rt.h"

enum { UNSEEN = -1, WALL = -2 };

const char rt_name[] = "bfs-grid";

/* Returns through *reached how many cells the queue holds at the end. */
RT_KERNEL kernel(long first, const long toward[6], int32_t *distance, int32_t *queue,
                 long *reached)
{
    long head = 0, tail = 0;
    distance[first] = 0;
    queue[tail++] = (int32_t)first;
    while (head < tail) {
        long cell = queue[head++];
        int32_t next = distance[cell] + 1;
        for (int k = 0; k < 6; k++) {
            long neighbour = cell + toward[k];
            if (distance[neighbour] == UNSEEN) {
                distance[neighbour] = next;
                queue[tail++] = (int32_t)neighbour;
            }
        }
    }
    *reached = tail;
}

static int is_right(const int32_t *distance, long cell, const long toward[6])
{
    int32_t here = distance[cell], nearest = INT32_MAX;
    int touches_unseen = 0;
    for (int k = 0; k < 6; k++) {
        int32_t there = distance[cell + toward[k]];
        touches_unseen |= there == UNSEEN;
        if (there >= 0 && there < nearest)
            nearest = there;
    }
    if (here == WALL)
        return 1;
    if (here == UNSEEN)
        return nearest == INT32_MAX;
    return !touches_unseen && (here == 0 || nearest == here - 1);
}

int problem(long n)
{
    long side = n + 2, middle = ((n + 1) / 2 * side + (n + 1) / 2) * side + (n + 1) / 2;
    const long toward[6] = {-1, 1, -side, side, -side * side, side * side};
    int32_t *distance = rt_array(side, 3, sizeof *distance);
    int32_t *queue = rt_array(n, 3, sizeof *queue);
    uint64_t state = 17;
    long reached = 0, seen = 0;
    for (long z = 0, i = 0; z < side; z++)
        for (long y = 0; y < side; y++)
            for (long x = 0; x < side; x++, i++) {
                int inside = x > 0 && x <= n && y > 0 && y <= n && z > 0 && z <= n;
                int open = inside && (rt_random_below(&state, 10) >= 3 || i == middle);
                distance[i] = open ? UNSEEN : WALL;
            }
    rt_roi_begin();
    kernel(middle, toward, distance, queue, &reached);
    rt_roi_end();
    uint64_t checksum = rt_mix(0, (uint64_t)reached);
    for (long i = 0; i < side * side * side; i++)
        seen += distance[i] >= 0;
    if (distance[middle] != 0 || seen != reached)
        return rt_wrong("number of reached cells", reached);
    for (long i = 0; i < n * n; i++) {
        long z = rt_random_below(&state, n) + 1, y = rt_random_below(&state, n) + 1;
        long cell = (z * side + y) * side + rt_random_below(&state, n) + 1;
        if (!is_right(distance, cell, toward) || (distance[cell] == 0) != (cell == middle))
            return rt_wrong("cell", cell);
        checksum = rt_mix(checksum, (uint64_t)distance[cell]);
    }
    rt_checksum(n, checksum);
    return 0;
}
