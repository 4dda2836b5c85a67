// What PDFium's interface does not tell, looked up in the bytes of the file: bounded, and only a hint. A file that compresses or encrypts
// these parts gives nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

// Keys of the information dictionary, each once, in the file's order; at most 100 of at most 60 characters.
std::vector<std::string> information_keys(std::string_view file);

// The last XMP packet in the first or last megabyte of the file, from <x:xmpmeta to its end tag; empty when there is none.
std::string_view xmp_packet(std::string_view file);

}  // namespace docquarry
