// Forms with files as browsers send them: multipart/form-data (RFC 7578, RFC 2046 section 5.1).
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace app {

struct FormPart {
  std::string name;
  std::string file_name;     // empty: not a file
  std::string content_type;  // as the sender says; empty if it does not
  base::ByteSpan content;    // within the body
};

inline constexpr std::size_t kMostFormParts = 32;
inline constexpr std::size_t kMostPartHead = 4096;

/// The parts of a body, in order; views into it. kUnsupported for another content type, kMalformed
/// for a body that is not one as its boundary says, kLimit for too many parts or too large heads.
base::Expected<std::vector<FormPart>> parse_form(std::string_view content_type,
                                                 base::ByteSpan body);
/// Nothing if there is no part of that name.
const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name);

}  // namespace app
