// Bodies of CloudWatch requests as trees: forms and CBOR.
#include <boost/json.hpp>
#include <charconv>

#include "base/utf8.h"
#include "control/cloudwatch_wire.h"
#include "wire/cbor/cbor.h"
#include "wire/http/url.h"

namespace control {
namespace {

namespace json = boost::json;
using wire::cbor::Item;
using wire::cbor::Kind;

// 500 queries with ten dimensions each are well below these.
constexpr std::size_t kMaxParameters = 20'000;
constexpr std::size_t kMaxListEntries = 1'000;
constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxNodes = 100'000;

// Puts the value where "A.member.1.B" says: lists are numbered from 1, without gaps, in order.
bool place(json::object& root, std::string_view name, std::string value) {
  json::value* at = nullptr;
  json::object* parent = &root;
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const std::size_t dot = name.find('.');
    const std::string_view piece = name.substr(0, dot);
    name = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
    if (piece.empty()) return false;
    if (piece == "member") {
      if (at == nullptr) return false;
      if (at->is_null()) at->emplace_array();
      json::array* list = at->if_array();
      const std::size_t end = name.find('.');
      const std::string_view digits = name.substr(0, end);
      std::size_t number = 0;
      const auto parsed = std::from_chars(digits.begin(), digits.end(), number);
      if (parsed.ec != std::errc{} || parsed.ptr != digits.end()) return false;
      if (list == nullptr || number == 0 || number > kMaxListEntries) return false;
      if (number != list->size() && number != list->size() + 1) return false;
      if (number > list->size()) list->emplace_back(nullptr);
      at = &(*list)[number - 1];
      name = end == std::string_view::npos ? std::string_view{} : name.substr(end + 1);
    } else {
      if (at != nullptr) {
        if (at->is_null()) at->emplace_object();
        if (!at->is_object()) return false;
        parent = &at->get_object();
      }
      at = &(*parent)[piece];
    }
    if (!name.empty()) continue;
    if (!at->is_null()) return false;  // given twice, or it is a structure elsewhere
    *at = std::move(value);
    return true;
  }
  return false;
}

// Builds the tree of one CBOR document, which has `nodes` values at most.
class CborTree {
 public:
  explicit CborTree(base::ByteSpan data) : reader_(data) {}

  std::expected<json::object, std::string> whole() {
    json::value value;
    if (!take(value, 0)) return std::unexpected(error_);
    if (!reader_.at_end()) return std::unexpected("CBOR: more follows the document");
    if (!value.is_object()) return std::unexpected("CBOR: the document must be a map");
    return std::move(value.get_object());
  }

 private:
  bool fail(std::string what) {
    error_ = std::move(what);
    return false;
  }
  bool next(Item& item) {
    if (++nodes_ > kMaxNodes) return fail("CBOR: too many values");
    auto read = reader_.next();
    if (!read) return fail(std::move(read.error().message));
    item = std::move(*read);
    return true;
  }

  bool take(json::value& to, int depth) {
    Item item;
    if (!next(item)) return false;
    return build(std::move(item), to, depth);
  }

  bool build(Item item, json::value& to, int depth) {
    if (depth > kMaxDepth) return fail("CBOR: nested too deeply");
    switch (item.kind) {
      case Kind::kUnsigned:
        to = item.number;
        return true;
      case Kind::kNegative:
        if (item.number > INT64_MAX) return fail("CBOR: a number is too small");
        to = -1 - static_cast<std::int64_t>(item.number);
        return true;
      case Kind::kText:
        to = item.text;
        return true;
      case Kind::kBoolean:
        to = item.boolean;
        return true;
      case Kind::kNull:
        to = nullptr;
        return true;
      case Kind::kReal:
        to = item.real;
        return true;
      case Kind::kTag:
        if (item.number != wire::cbor::kEpochTag) return fail("CBOR: an unknown tag");
        if (!take(to, depth + 1)) return false;
        return to.is_number() || fail("CBOR: a time must be a number");
      case Kind::kArray:
        return list(item, to.emplace_array(), depth);
      case Kind::kMap:
        return map(item, to.emplace_object(), depth);
      case Kind::kOctets:
        return fail("CBOR: octets where none are expected");
      case Kind::kBreak:
        return fail("CBOR: an end without a beginning");
    }
    return fail("CBOR: an unknown kind");
  }

  bool list(const Item& head, json::array& to, int depth) {
    for (std::size_t i = 0; !head.count || i < *head.count; ++i) {
      Item item;
      if (!next(item)) return false;
      if (!head.count && item.kind == Kind::kBreak) return true;
      json::value value;
      if (!build(std::move(item), value, depth + 1)) return false;
      to.push_back(std::move(value));
    }
    return true;
  }

  bool map(const Item& head, json::object& to, int depth) {
    for (std::size_t i = 0; !head.count || i < *head.count; ++i) {
      Item key;
      if (!next(key)) return false;
      if (!head.count && key.kind == Kind::kBreak) return true;
      if (key.kind != Kind::kText) return fail("CBOR: keys must be texts");
      json::value value;
      if (!take(value, depth + 1)) return false;
      if (!to.emplace(key.text, std::move(value)).second) return fail("CBOR: a key stands twice");
    }
    return true;
  }

  wire::cbor::Reader reader_;
  std::size_t nodes_ = 0;
  std::string error_;
};

}  // namespace

std::expected<json::object, std::string> tree_from_form(std::string_view body) {
  json::object root;
  std::size_t parameters = 0;
  while (!body.empty()) {
    const std::size_t end = body.find('&');
    const std::string_view pair = body.substr(0, end);
    body = end == std::string_view::npos ? std::string_view{} : body.substr(end + 1);
    if (pair.empty()) continue;
    if (++parameters > kMaxParameters) return std::unexpected("the form has too many parameters");
    const std::size_t equals = pair.find('=');
    auto name = wire::http::percent_decode(pair.substr(0, equals), wire::http::Plus::kSpace);
    auto value = wire::http::percent_decode(
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1),
        wire::http::Plus::kSpace);
    if (!name || !value) return std::unexpected("the form has a broken escape");
    if (!base::is_utf8(*name) || !base::is_utf8(*value)) {
      return std::unexpected("the form is not UTF-8");
    }
    if (!place(root, *name, std::move(*value))) {
      return std::unexpected("the form's parameter '" + name->substr(0, 200) +
                             "' does not fit what came before it");
    }
  }
  return root;
}

std::expected<json::object, std::string> tree_from_cbor(base::ByteSpan body) {
  if (body.empty()) return json::object{};
  return CborTree(body).whole();
}

}  // namespace control
