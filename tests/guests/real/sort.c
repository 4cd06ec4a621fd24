/* qsort and bsearch over structures, with an order that ties. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item {
    char name[12];
    int key;
    double weight;
};

static unsigned state = 12345;

static unsigned noise(void)
{
    return (state = state * 1664525 + 1013904223) >> 8;
}

static int by_key(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    return x->key != y->key ? (x->key > y->key) - (x->key < y->key) : strcmp(x->name, y->name);
}

static int by_weight(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    return (x->weight > y->weight) - (x->weight < y->weight);
}

int main(void)
{
    enum { N = 20000 };
    struct item *item = calloc(N, sizeof(*item));

    if (item == NULL)
        return 1;
    for (int i = 0; i < N; i++) {
        snprintf(item[i].name, sizeof(item[i].name), "n%u", noise() % 100000);
        item[i].key = (int)(noise() % 1000) - 500;
        item[i].weight = noise() / 3.0;
    }
    qsort(item, N, sizeof(*item), by_weight);
    printf("%s %.4f\n%s %.4f\n", item[0].name, item[0].weight, item[N - 1].name,
           item[N - 1].weight);
    qsort(item, N, sizeof(*item), by_key);
    for (int i = 0; i < N; i += 997)
        printf("%d %s %.2f\n", item[i].key, item[i].name, item[i].weight);
    struct item wanted = item[N / 3];
    struct item *found = bsearch(&wanted, item, N, sizeof(*item), by_key);
    printf("%s\n", found != NULL && by_key(found, &wanted) == 0 ? "found" : "lost");
    free(item);
    return 0;
}
