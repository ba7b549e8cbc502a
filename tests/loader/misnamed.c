/* Calls itself otherwise than its file. */
#include "module.h"

ONE_KIND ("other", SOUND ("misnamed"), LIST);
