/* The dispatch loop for x86-64 hosts with AVX2, FMA and BMI2, chosen at run time. */
#include "config.h"

#include "emu/block.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2")
#endif
#define CPU_HAS_FMA 1
#define CPU_DISPATCH cpu_dispatch_fma
#include "emu/dispatch.h"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
