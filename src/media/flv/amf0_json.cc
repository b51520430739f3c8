// AMF0 values as JSON text.
#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <utility>

#include "base/json_text.h"
#include "media/flv/amf0.h"

namespace media::amf0 {

namespace {

void append_json_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
  } else {
    // The shortest form that reads back the same; 3 and not 3.0.
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

void append_json(std::string& out, const Value& value) {
  switch (value.type()) {
    case Type::kNumber:
      return append_json_number(out, *value.as_number());
    case Type::kDate:
      return append_json_number(out, *value.as_date());
    case Type::kBoolean:
      out += *value.as_boolean() ? "true" : "false";
      return;
    case Type::kString:
      return base::append_json_string(out, *value.as_string());
    case Type::kNull:
    case Type::kUndefined:
      out += "null";
      return;
    case Type::kStrictArray: {
      out += '[';
      bool first = true;
      for (const Value& element : value.elements()) {
        if (!std::exchange(first, false)) out += ',';
        append_json(out, element);
      }
      out += ']';
      return;
    }
    case Type::kObject:
    case Type::kEcmaArray:
    case Type::kTypedObject: {
      out += '{';
      bool first = true;
      for (const Property& property : value.properties()) {
        if (!std::exchange(first, false)) out += ',';
        base::append_json_string(out, property.name);
        out += ':';
        append_json(out, property.value);
      }
      out += '}';
      return;
    }
  }
}

}  // namespace

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace media::amf0
