// One line at the bottom of the terminal that says how far we are. Nothing at all where standard error is no terminal.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace docquarry::cli {

class ProgressBar {
 public:
  enum class Show { when_on_a_terminal, never };

  explicit ProgressBar(Show show);
  ~ProgressBar();  // takes the line away
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  bool is_shown() const { return shown_; }
  // `fraction` from 0 to 1; `text` stands behind the bar. Drawn at most ten times a second, and whenever it is complete.
  void update(double fraction, std::string text);
  // Makes room for other output; the next update draws the bar again.
  void hide();

 private:
  bool shown_;
  bool drawn_ = false;
  std::optional<std::chrono::steady_clock::time_point> last_drawn_;
};

// "[=====>    ]  45%  text", cut to `columns`.
std::string progress_line(double fraction, std::string_view text, int columns);

// Standard output and standard error, each a line, without disturbing the bar.
void print_line(ProgressBar& bar, std::string_view text);
void complain(ProgressBar& bar, std::string_view text);

}  // namespace docquarry::cli
