#include "pdf_child/extract_by_hand.h"

#include "pdf_child/child.h"
#include "pdf_child/pdfium_reader.h"
#include "pdf_child/print_frames.h"
#include "pdf_child/warm_up.h"
#include "wire/frame_reader.h"

#include <cstdio>
#include <cstring>
#include <variant>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace docquarry {
namespace {

// A pipe cannot be mapped: its bytes go into memory first.
UniqueFd in_memory(int from) {
  UniqueFd copy(memfd_create("document", MFD_CLOEXEC));
  char piece[65536];
  for (ssize_t got; (got = read(from, piece, sizeof piece)) > 0;)
    if (write(copy.get(), piece, std::size_t(got)) != got) return {};
  return copy;
}

void print(const wire::Message& message, Show show) {
  if (show == Show::everything) return void(std::puts(describe_message(message).c_str()));
  if (auto* frame = std::get_if<wire::PageFrame>(&message))
    std::fwrite((show == Show::text ? frame->page.text + '\n' : frame->page.markdown + "\n\n").c_str(), 1,
                show == Show::text ? frame->page.text.size() + 1 : frame->page.markdown.size() + 2, stdout);
  if (auto* failed = std::get_if<wire::Failed>(&message))
    std::fprintf(stderr, "%s: %s\n", std::string(failed->code->name).c_str(), failed->message.c_str());
}

int read_and_print(int results, Show show) {
  wire::FrameReader reader(1, [](int) { return true; });
  bool failed = false;
  for (;;) {
    auto room = reader.room(64 * 1024);
    auto got = read(results, room.data(), room.size());
    if (got <= 0) return reader.finished() ? failed : 2;
    reader.arrived(std::size_t(got));
    for (;;) {
      auto message = reader.next();
      if (!message) return std::fprintf(stderr, "%s\n", message.error().message().c_str()), 2;
      if (!*message) break;
      failed = failed || std::holds_alternative<wire::Failed>(**message);
      print(**message, show);
    }
  }
}

}  // namespace

int extract_by_hand(int file, wire::ExtractRequest request, Show show, SandboxLevel level) {
  UniqueFd document(dup(file));
  struct stat status{};
  if (fstat(document.get(), &status) != 0 || !S_ISREG(status.st_mode)) document = in_memory(file);
  if (!document || fstat(document.get(), &status) != 0) return std::fprintf(stderr, "the document cannot be read\n"), 2;
  request.document = 1;
  request.bytes = std::uint64_t(status.st_size);
  int results[2];
  if (pipe(results) != 0) return 2;

  start_pdfium();
  warm_up();
  report_refused_memory();
  auto confined = confine_launcher(level);
  if (!confined) return std::fprintf(stderr, "%s\n", confined.error().message().c_str()), 2;
  pid_t child = fork();
  if (child == 0) run_document_child(std::move(request), document.get(), results[1], level);
  close(results[1]);
  int result = read_and_print(results[0], show);
  close(results[0]);
  int ended = 0;
  waitpid(child, &ended, 0);
  if (WIFSIGNALED(ended)) return std::fprintf(stderr, "the child died: %s\n", strsignal(WTERMSIG(ended))), 2;
  if (WEXITSTATUS(ended) == wire::exit_out_of_memory)
    return std::fprintf(stderr, "memory_limit: the child was refused memory\n"), 2;
  return result;
}

}  // namespace docquarry
