/* A name that could not be typed as an option. */
#include "module.h"

ONE_KIND ("bad_name", SOUND ("bad-name"), LIST);
