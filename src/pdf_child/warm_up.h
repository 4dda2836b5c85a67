// What the launcher does before it is confined, so that its children need not do it again or find it forbidden.
#pragma once

namespace docquarry {

void warm_up();

}  // namespace docquarry
