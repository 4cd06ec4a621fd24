/* Fusing of neighbouring operations in a predecoded block; see fuse.def. */
#ifndef EMU_FUSE_H
#define EMU_FUSE_H

#include "emu/block.h"

void fuse_init(struct block_fusions *f);

/* Sets `run` of the `count` operations of a block, its end included, so that as few indirect
 * jumps as possible are done; and tells a fused compare and branch which exits need flags. */
void fuse_block(const struct block_cache *b, struct op *op, size_t count,
                const struct op_end *end);

#endif
