#include "cli/progress_bar.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

namespace docquarry::cli {
namespace {

using namespace std::chrono_literals;

constexpr int bar_width = 24;

int terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// At most `columns` characters of UTF-8 text, counting one column for each.
std::string_view cut(std::string_view text, int columns) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool begins_character = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (begins_character && columns-- == 0) return text.substr(0, i);
  }
  return text;
}

}  // namespace

std::string progress_line(double fraction, std::string_view text, int columns) {
  fraction = std::clamp(fraction, 0.0, 1.0);
  int filled = int(fraction * bar_width);
  std::string bar(std::size_t(filled), '=');
  if (filled < bar_width) bar += '>';
  bar.resize(bar_width, ' ');
  return std::string(cut(fmt::format("[{}] {:>3}%  {}", bar, int(fraction * 100), text), columns));
}

ProgressBar::ProgressBar(Show show) : shown_(show == Show::when_on_a_terminal && ::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { hide(); }

void ProgressBar::update(double fraction, std::string text) {
  if (!shown_) return;
  auto now = std::chrono::steady_clock::now();
  if (drawn_ && fraction < 1 && last_drawn_ && now - *last_drawn_ < 100ms) return;
  last_drawn_ = now;
  drawn_ = true;
  // The last column stays free: some terminals would begin a new line there.
  fmt::print(stderr, "\r\x1b[K{}", progress_line(fraction, text, terminal_columns() - 1));
  std::fflush(stderr);
}

void ProgressBar::hide() {
  if (!drawn_) return;
  drawn_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

void print_line(ProgressBar& bar, std::string_view text) {
  bar.hide();
  fmt::print(stdout, "{}\n", text);
  std::fflush(stdout);
}

void complain(ProgressBar& bar, std::string_view text) {
  bar.hide();
  fmt::print(stderr, "{}\n", text);
}

}  // namespace docquarry::cli
