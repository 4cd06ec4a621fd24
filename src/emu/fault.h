/* Host signals that guest accesses raise, turned into jumps to the emulator that runs. */
#ifndef EMU_FAULT_H
#define EMU_FAULT_H

#include "emu/cpu.h"

/* Installs the process's handler of SIGSEGV and SIGBUS, once.  A signal that no running
 * guest of this thread raised goes on to the handler that was there before. */
int fault_install(struct err *err);

/* Names the guest that runs on this thread, NULL for none; returns the one before. */
struct cpu *fault_enter(struct cpu *c);

#endif
