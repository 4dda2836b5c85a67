// One rule for what text may be stored and sent: valid UTF-8 without NUL, lone surrogates or control characters.
// Applied in the extractor's child and checked again outside, because a captured child may write anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace docquarry {

// Appends one Unicode scalar value as UTF-8. NUL, lone surrogates and values beyond U+10FFFF become U+FFFD; C0 and C1 controls
// other than tab, LF, CR and FF, and DEL, are dropped; noncharacters (U+FFFE, U+FFFF ...) become U+FFFD.
// Returns false when the character was replaced or dropped.
bool append_clean(std::string& out, std::uint32_t code_point);

// True when `text` is what append_clean could have written.
bool is_clean(std::string_view text);

// The longest clean reading of any bytes; `replaced` (may be null) is raised by the number of characters changed.
std::string clean_text(std::string_view bytes, std::size_t* replaced = nullptr);

}  // namespace docquarry
