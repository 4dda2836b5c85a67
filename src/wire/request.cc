#include "wire/request.h"

#include "domain/error_codes.h"
#include "wire/bytes.h"

#include <optional>

namespace docquarry::wire {
namespace {

enum class Tag : std::uint8_t { extract = 1, open_batch, ready, started, ended };

void put_ranges(ByteWriter& out, const std::vector<PageRange>& ranges) {
  out.put(std::uint32_t(ranges.size()));
  for (const auto& range : ranges) {
    out.put(std::int32_t(range.first));
    out.put(std::int32_t(range.last));
  }
}

std::vector<PageRange> take_ranges(ByteReader& in) {
  std::vector<PageRange> ranges(in.take_count(8));
  for (auto& range : ranges) {
    range.first = in.take<std::int32_t>();
    range.last = in.take<std::int32_t>();
  }
  return ranges;
}

auto malformed() { return fail(extractor_misbehaved, "a message between server and extractor is malformed"); }

}  // namespace

std::string encode(const ExtractRequest& request) {
  std::string packet;
  ByteWriter out(packet);
  out.put(Tag::extract);
  out.put(request.document);
  out.put(request.bytes);
  out.put(request.limits);
  out.put_text(request.password);
  put_ranges(out, request.pages);
  put_ranges(out, request.skip);
  out.put(std::uint8_t(request.without_facts));
  out.put(std::uint8_t(request.without_labels));
  out.put(std::uint8_t(request.without_context));
  return packet;
}

std::string encode(const OpenBatch& request) {
  std::string packet;
  ByteWriter out(packet);
  out.put(Tag::open_batch);
  out.put(request.batch);
  out.put(request.limits);
  return packet;
}

Result<Request> decode_request(std::string_view packet) {
  ByteReader in(packet);
  auto tag = in.take<Tag>();
  if (tag == Tag::extract) {
    ExtractRequest request;
    request.document = in.take<std::uint32_t>();
    request.bytes = in.take<std::uint64_t>();
    request.limits = in.take<ChildLimits>();
    request.password = in.take_text();
    request.pages = take_ranges(in);
    request.skip = take_ranges(in);
    request.without_facts = in.take<std::uint8_t>() != 0;
    request.without_labels = in.take<std::uint8_t>() != 0;
    request.without_context = in.take<std::uint8_t>() != 0;
    if (!in.at_end()) return malformed();
    return Request(std::move(request));
  }
  if (tag == Tag::open_batch) {
    OpenBatch request;
    request.batch = in.take<std::uint32_t>();
    request.limits = in.take<ChildLimits>();
    if (!in.at_end()) return malformed();
    return Request(request);
  }
  return malformed();
}

std::string encode(const Ready& report) {
  std::string packet;
  ByteWriter out(packet);
  out.put(Tag::ready);
  out.put_text(report.sandbox);
  out.put_text(report.engine);
  out.put_text(report.problem);
  return packet;
}

std::string encode(const Started& report) {
  std::string packet;
  ByteWriter out(packet);
  out.put(Tag::started);
  out.put(report.document);
  out.put(report.pid);
  return packet;
}

std::string encode(const Ended& report) {
  std::string packet;
  ByteWriter out(packet);
  out.put(Tag::ended);
  out.put(report.document);
  out.put(report.status);
  out.put(report.cpu_seconds);
  out.put(report.peak_memory_bytes);
  return packet;
}

Result<Report> decode_report(std::string_view packet) {
  ByteReader in(packet);
  std::optional<Report> report;
  switch (in.take<Tag>()) {
    case Tag::ready: {
      Ready ready;
      ready.sandbox = in.take_text();
      ready.engine = in.take_text();
      ready.problem = in.take_text();
      report = std::move(ready);
      break;
    }
    case Tag::started: {
      Started started;
      started.document = in.take<std::uint32_t>();
      started.pid = in.take<std::int32_t>();
      report = started;
      break;
    }
    case Tag::ended: {
      Ended ended;
      ended.document = in.take<std::uint32_t>();
      ended.status = in.take<std::int32_t>();
      ended.cpu_seconds = in.take<double>();
      ended.peak_memory_bytes = in.take<std::uint64_t>();
      report = ended;
      break;
    }
    default: break;
  }
  if (!report || !in.at_end()) return malformed();
  return std::move(*report);
}

}  // namespace docquarry::wire
