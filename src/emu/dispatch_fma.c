/* The dispatch loop for x86-64 hosts with AVX2, FMA and BMI2, chosen at run time. */
#include "config.h"

#include "emu/block.h"

#if defined(__x86_64__)
#define CPU_DISPATCH __attribute__((target("avx2,fma,bmi,bmi2"))) cpu_dispatch_fma
#include "emu/dispatch.h"
#endif
