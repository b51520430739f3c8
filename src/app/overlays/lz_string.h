// The compression that web pages know as lz-string, in its base64 form: LZW over UTF-16 code units
// with codes that widen as the dictionary grows. Metadata of overlays goes out in it, as clients of
// the UGC demo expect. No state; safe from every thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace app {

/// What compressToBase64 gives for a text; `text` is UTF-8.
std::string lz_compress_base64(std::string_view text);

/// The text in UTF-8; halves of surrogate pairs that stand alone become U+FFFD. kMalformed for
/// anything that lz_compress_base64 does not make (white space included), kLimit if it has more
/// than `most_units` UTF-16 code units.
base::Expected<std::string> lz_decompress_base64(std::string_view packed, std::size_t most_units);

// UTF-16 as JavaScript has it. Octets that are no UTF-8 become U+FFFD.
std::u16string to_utf16(std::string_view text);
std::string to_utf8(std::u16string_view units);

}  // namespace app
