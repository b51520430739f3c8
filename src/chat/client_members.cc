#include "chat/client_members.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <utility>

namespace chat {
namespace {

namespace json = boost::json;
using Kind = FoundMember::Kind;

constexpr std::size_t kMaxDepth = 16;

/// Takes the events of Boost.JSON's parser. What a member may be depends on the action, which may
/// come last, so nothing is refused here.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = json::error_code;

  explicit Handler(std::size_t max_attributes) : max_attributes_(max_attributes) {}

  bool is_object() const { return is_object_; }
  ClientMembers& result() { return result_; }

  bool on_document_begin(Code& /*failure*/) { return true; }
  bool on_document_end(Code& /*failure*/) { return true; }

  bool on_object_begin(Code& /*failure*/) {
    ++depth_;
    if (depth_ == 1) is_object_ = true;
    if (depth_ == 2) begin(member_ == Member::kAttributes ? Kind::kTexts : Kind::kOther);
    if (depth_ == 3) spoil_attributes();
    return true;
  }
  bool on_object_end(std::size_t /*size*/, Code& /*failure*/) {
    --depth_;
    return true;
  }
  bool on_array_begin(Code& /*failure*/) {
    ++depth_;
    if (depth_ == 2) begin(Kind::kOther);
    if (depth_ == 3) spoil_attributes();
    return true;
  }
  bool on_array_end(std::size_t /*size*/, Code& /*failure*/) {
    --depth_;
    return true;
  }

  bool on_key_part(json::string_view part, std::size_t /*size*/, Code& /*failure*/) {
    if (wants_key()) text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t /*size*/, Code& /*failure*/) {
    if (!wants_key()) return true;
    text_.append(part.data(), part.size());
    if (depth_ == 1) {
      const auto* const at = std::ranges::find(kMemberNames, text_);
      is_known_ = at != kMemberNames.end();
      if (is_known_) member_ = static_cast<Member>(at - kMemberNames.begin());
    } else {
      result_.attribute_octets += text_.size();
      name_ = text_;
    }
    text_.clear();
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t /*size*/, Code& /*failure*/) {
    if (wants_value()) text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t /*size*/, Code& /*failure*/) {
    if (!wants_value()) return true;
    text_.append(part.data(), part.size());
    if (depth_ == 1) {
      if (FoundMember* const found = begin(Kind::kText)) found->text = text_;
    } else {
      result_.attribute_octets += text_.size();
      if (result_.attribute_octets <= max_attributes_) {
        result_.attributes.emplace_back(std::move(name_), text_);
      }
    }
    text_.clear();
    return true;
  }

  bool on_number_part(json::string_view /*part*/, Code& /*failure*/) { return true; }
  bool on_int64(std::int64_t value, json::string_view /*part*/, Code& /*failure*/) {
    if (FoundMember* const found = scalar(Kind::kInteger)) found->integer = value;
    return true;
  }
  bool on_uint64(std::uint64_t /*value*/, json::string_view /*part*/, Code& /*failure*/) {
    // Comes only for what does not fit above.
    if (FoundMember* const found = scalar(Kind::kInteger)) found->integer = INT64_MAX;
    return true;
  }
  bool on_double(double /*value*/, json::string_view /*part*/, Code& /*failure*/) {
    scalar(Kind::kOther);
    return true;
  }
  bool on_bool(bool value, Code& /*failure*/) {
    if (FoundMember* const found = scalar(Kind::kBoolean)) found->boolean = value;
    return true;
  }
  bool on_null(Code& /*failure*/) {
    scalar(Kind::kAbsent);
    return true;
  }
  bool on_comment_part(json::string_view /*part*/, Code& /*failure*/) { return true; }
  bool on_comment(json::string_view /*part*/, Code& /*failure*/) { return true; }

 private:
  bool is_in_attributes() {
    return depth_ == 2 && is_known_ && member_ == Member::kAttributes &&
           result_.at(member_).kind == Kind::kTexts;
  }
  bool wants_key() { return (depth_ == 1 && is_object_) || is_in_attributes(); }
  bool wants_value() { return (depth_ == 1 && is_object_ && is_known_) || is_in_attributes(); }

  /// The value of a member begins; null if nobody asks for it, or if it is not the first.
  FoundMember* begin(Kind kind) {
    if (!is_known_ || !is_object_) return nullptr;
    FoundMember& found = result_.at(member_);
    const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(member_));
    if ((seen_ & bit) != 0) {
      found.is_twice = true;
      found.kind = Kind::kOther;  // so that nothing inside is read
      return nullptr;
    }
    seen_ |= bit;
    found.kind = kind;
    return &found;
  }
  FoundMember* scalar(Kind kind) {
    if (depth_ == 1) return begin(kind);
    if (depth_ == 2) spoil_attributes();
    return nullptr;
  }
  /// Something in the attributes is not a text.
  void spoil_attributes() {
    if (is_known_ && member_ == Member::kAttributes) result_.at(member_).kind = Kind::kOther;
  }

  std::size_t max_attributes_;
  ClientMembers result_;
  std::size_t depth_ = 0;
  bool is_object_ = false;
  bool is_known_ = false;  // member_ says in which member the parser is
  Member member_ = Member::kAction;
  std::uint16_t seen_ = 0;  // by member
  std::string text_;        // the key or value so far
  std::string name_;        // of the attribute whose value comes next
};

}  // namespace

ClientMembers read_members(std::string_view text, std::size_t max_attributes) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<Handler> parser(options, max_attributes);
  json::error_code failure;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), failure);
  ClientMembers& result = parser.handler().result();
  result.is_object = !failure && used == text.size() && parser.handler().is_object();
  return std::move(result);
}

}  // namespace chat
