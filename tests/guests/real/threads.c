/* Atomics, thread-local storage and uncontended locks. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static _Thread_local int local = 7;
static _Thread_local char zero[3000];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_int counter;
static _Atomic unsigned char small;

static void first(void)
{
    local++;
}

int main(void)
{
    pthread_key_t key;

    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&mutex);
        atomic_fetch_add(&counter, i);
        atomic_fetch_or(&small, (unsigned char)i);
        pthread_mutex_unlock(&mutex);
        pthread_once(&once, first);
    }
    pthread_key_create(&key, NULL);
    pthread_setspecific(key, &local);
    int expected = atomic_load(&counter);
    int swapped = atomic_compare_exchange_strong(&counter, &expected, -1);
    printf("%d %d %d %d %d\n", local, zero[2999], expected, swapped, atomic_load(&counter));
    printf("%d %d\n", *(int *)pthread_getspecific(key), pthread_mutex_trylock(&mutex));
    return small == 255 ? 0 : 1;
}
