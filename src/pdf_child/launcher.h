// The warm, lean parent of all children: it has started PDFium, has never read a document, holds no secret, and forks one confined
// child per request that comes over its socket (wire/request.h). It ends when the socket is closed, and takes its children with it.
#pragma once

#include "pdf_child/confine.h"

namespace docquarry {

int run_launcher(int socket, SandboxLevel level);

}  // namespace docquarry
