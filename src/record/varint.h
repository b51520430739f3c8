// Whole numbers in as few octets as they need (LEB128, seven bits each, least first), and what is
// written with them: the octets of catalogs and journals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace record {

void write_varint(base::ByteWriter& out, std::uint64_t value);
/// Small for numbers near zero on either side.
void write_signed(base::ByteWriter& out, std::int64_t value);
/// Its length and its octets.
void write_text(base::ByteWriter& out, std::string_view text);
void write_octets(base::ByteWriter& out, base::ByteSpan octets);

/// Failed readers give zero; a number of more than 64 bits fails.
std::uint64_t read_varint(base::ByteReader& in);
std::int64_t read_signed(base::ByteReader& in);
/// Fails if it is above `most`.
std::uint32_t read_count(base::ByteReader& in, std::uint32_t most);
/// Fails if it is longer than `most`.
std::string read_text(base::ByteReader& in, std::uint32_t most);
base::Bytes read_octets(base::ByteReader& in, std::uint32_t most);
bool read_bool(base::ByteReader& in);

}  // namespace record
