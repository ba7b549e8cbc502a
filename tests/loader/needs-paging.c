/* Needs a paging of the future. */
#include "module.h"

ONE_KIND ("needs-paging", SOUND ("gadgets"), LIST, .paging = 9);
