/* Needs an end of the future. */
#include "module.h"

ONE_KIND ("needs-end", SOUND ("gadgets"), LIST, .ends = 0x8u);
