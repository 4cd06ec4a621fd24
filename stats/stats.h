/* Statistics over plain arrays. */
#ifndef STATS_STATS_H
#define STATS_STATS_H

#endif
