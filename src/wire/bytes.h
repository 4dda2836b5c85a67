// Numbers and strings in a flat little-endian form. Both machines are the same machine, so no byte order is converted.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace docquarry::wire {

static_assert(std::endian::native == std::endian::little);

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  template <class T>
    requires std::is_trivially_copyable_v<T>
  void put(T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out_.append(raw, sizeof(T));
  }
  void put_text(std::string_view text) {
    put(std::uint32_t(text.size()));
    out_.append(text);
  }

 private:
  std::string& out_;
};

// Reads until the bytes do not suffice; then everything it gives is zero or empty and ok() is false for ever.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
    requires std::is_trivially_copyable_v<T>
  T take() {
    T value{};
    if (bytes_.size() < sizeof(T)) return stop(), value;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  std::string_view take_text() {
    auto size = take<std::uint32_t>();
    if (size > bytes_.size()) return stop(), std::string_view();
    auto text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return text;
  }
  // A count of items that take at least `least_bytes` each; 0 (and not ok) when so many cannot follow.
  std::uint32_t take_count(std::size_t least_bytes) {
    auto count = take<std::uint32_t>();
    if (count > bytes_.size() / least_bytes) return stop(), 0;
    return count;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && bytes_.empty(); }
  void stop() { ok_ = false, bytes_ = {}; }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace docquarry::wire
