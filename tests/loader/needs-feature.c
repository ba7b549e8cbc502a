/* Needs a kind flag of the future. */
#include "module.h"

ONE_KIND ("needs-feature", SOUND ("gadgets"), LIST, .flags = 0x4000u);
