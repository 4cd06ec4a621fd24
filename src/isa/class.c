#include "config.h"

#include "isa/class.h"

static const struct {
    const char *name, *text;
} classes[ISA_CLASS_MAX] = {
#define X(name, text) {#name, text},
    ISA_CLASSES(X)
#undef X
};

const char *isa_class_name(enum isa_class c)
{
    return classes[c].name;
}

const char *isa_class_text(enum isa_class c)
{
    return classes[c].text;
}
