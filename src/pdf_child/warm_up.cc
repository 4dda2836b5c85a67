#include "pdf_child/warm_up.h"

#include <cstdlib>
#include <ctime>

#include <malloc.h>

namespace docquarry {

void warm_up() {
  // Date code reads /etc/localtime at its first use.
  setenv("TZ", "UTC", 1);
  tzset();
  // A child lives for one document: memory is taken in larger steps and never given back before the end.
  mallopt(M_TOP_PAD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_ARENA_MAX, 1);
}

}  // namespace docquarry
