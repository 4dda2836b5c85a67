// Who works on a task, and what its next attempt must know to go on instead of beginning, and paying, anew. Kept with the task.
#pragma once

#include <string>

namespace docquarry {

struct ExtractionNote {
  std::string extractor;  // "local", "llamaparse"; empty: nothing was noted
  std::string job;        // what the service that has the work calls it; shown to people
  // The extractor's own, nobody else reads them: the name of the file there, the mark that the job was created with, and since when
  // (RFC 3339) there can be one with this mark.
  std::string file, mark, since;

  bool operator==(const ExtractionNote&) const = default;
};

}  // namespace docquarry
