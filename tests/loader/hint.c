/* A hint of the future: an unknown bit that may be ignored. */
#include "module.h"

ONE_KIND ("hint", SOUND ("hints"), LIST, .flags = 0x40000u);
