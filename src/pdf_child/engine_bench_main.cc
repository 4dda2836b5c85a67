// docquarry-engine-bench --mode bare|text|engine [--rounds N] FILE...
// What extraction costs in this process, without any isolation, as one line of JSON:
//   bare    PDFium's plain text of every page: the floor
//   text    our words with boxes: what the layout analysis gets, without the analysis
//   engine  everything, up to the finished frames
#include "base/files.h"
#include "base/json_writer.h"
#include "pdf_child/extract_document.h"
#include "pdf_child/pdfium_reader.h"
#include "pdf_child/warm_up.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <sys/mman.h>
#include <sys/resource.h>

namespace {

using namespace docquarry;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

// Not ru_maxrss, which begins with the memory of whoever started us.
std::uint64_t peak_memory_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (std::uint64_t kib = 0; word == "VmHWM:" && status >> kib) return kib * 1024;
  return 0;
}

int read_bare(std::span<const char> file, const wire::ExtractRequest& request) {
  auto reader = PdfReader::open(file, "", request.limits);
  if (!reader) return 0;
  (*reader)->read_plain_text();
  return (*reader)->page_count();
}

int read_ink(std::span<const char> file, const wire::ExtractRequest& request) {
  auto reader = PdfReader::open(file, "", request.limits);
  if (!reader) return 0;
  for (int number = 1; number <= (*reader)->page_count(); ++number) {
    Page page;
    (void)(*reader)->read_page(number, page);
  }
  return (*reader)->page_count();
}

int read_all(std::span<const char> file, const wire::ExtractRequest& request) {
  return extract_document(request, file, [](std::string&) {});
}

}  // namespace

int main(int count, char** words) {
  std::string_view mode = "engine";
  int rounds = 1;
  std::vector<const char*> files;
  for (int i = 1; i < count; ++i) {
    if (std::string_view(words[i]) == "--mode" && i + 1 < count) mode = words[++i];
    else if (std::string_view(words[i]) == "--rounds" && i + 1 < count) rounds = std::atoi(words[++i]);
    else files.push_back(words[i]);
  }
  auto* read = mode == "bare" ? read_bare : mode == "text" ? read_ink : read_all;
  start_pdfium();
  warm_up();
  wire::ExtractRequest request;
  std::uint64_t pages = 0;
  double cpu = cpu_seconds();
  auto begun = std::chrono::steady_clock::now();
  for (int round = 0; round < rounds; ++round) {
    for (const char* path : files) {
      auto file = open_read_only(path);
      if (!file || file->bytes == 0) continue;
      void* at = mmap(nullptr, file->bytes, PROT_READ, MAP_PRIVATE, file->fd.get(), 0);
      if (at == MAP_FAILED) continue;
      pages += std::uint64_t(read({static_cast<const char*>(at), file->bytes}, request));
      munmap(at, file->bytes);
    }
  }
  cpu = cpu_seconds() - cpu;
  double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .member("mode", mode)
      .member("rounds", rounds)
      .member("documents", std::uint64_t(files.size()) * std::uint64_t(rounds));
  json.member("pages", pages).member("cpu_seconds", cpu).member("wall_seconds", wall);
  json.member("peak_memory_bytes", peak_memory_bytes()).end_object();
  std::puts(out.c_str());
}
